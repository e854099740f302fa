"""One container of a pod from the image's own root file system, as a runtime on a node starts it.

Strategy: an OCI bundle for `crun` with what the restricted profile asks for, taken from the manifest: the image's user,
a read-only root, no capability, no new privileges, the runtime's default system calls, processes and mounts of its own;
of the pod it shares the network. Volumes are bound where the manifest says, owned as `fsGroup` makes it.

Rule: nothing of this machine is in there but the volumes, and the names of hosts.
"""

import json
import os
import secrets
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

Spec = Mapping[str, Any]
USER = 65532
# As Debian ships it, for every runtime there: what containers may ask of the kernel.
SECCOMP = Path("/usr/share/containers/seccomp.json")
# crun starts nothing where both kinds of control groups are mounted, not even a container that is in none.
NO_HYBRID = "umount /sys/fs/cgroup/unified 2>/dev/null; "
KERNEL = (
    {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"]},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=65536k"]},
    {
        "destination": "/dev/shm",
        "type": "tmpfs",
        "source": "shm",
        "options": ["nosuid", "noexec", "nodev", "mode=1777"],
    },
)
MASKED = ("/proc/kcore", "/proc/keys", "/proc/sysrq-trigger", "/proc/timer_list", "/sys/firmware")


def line(
    image: Path, container: Spec, volume: Callable[[str], Path], folder: Path, etc: Path, words: Mapping[str, str]
) -> list[str]:
    """The whole command. `image`: a folder with the image's `root` and `config.json`."""
    name = f"{container['name']}-{secrets.token_hex(4)}"
    bundle = folder / "bundles" / name
    bundle.mkdir(parents=True)
    (bundle / "config.json").write_text(json.dumps(_configuration(image, container, volume, etc, words)))
    run = ["crun", "--root", str(folder / "crun"), "--cgroup-manager", "disabled", "run", "--bundle", str(bundle), name]
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", f"{NO_HYBRID}exec {shlex.join(run)}"]


def _configuration(
    image: Path, container: Spec, volume: Callable[[str], Path], etc: Path, words: Mapping[str, str]
) -> dict[str, Any]:
    made = json.loads((image / "config.json").read_text())
    assert made["User"] == f"{USER}:{USER}", made["User"]
    security = container["securityContext"]
    assert security["readOnlyRootFilesystem"], container["name"]
    assert security["capabilities"] == {"drop": ["ALL"]}, container["name"]
    own = [f"{one['name']}={one['value']}" for one in container.get("env", ())]
    process = {
        "user": {"uid": USER, "gid": USER},
        "args": [*container["command"], *container.get("args", ())],
        "env": [*made["Env"], *(f"{key}={value}" for key, value in words.items()), *own],
        "cwd": made["WorkingDir"],
        "capabilities": {kind: [] for kind in ("bounding", "effective", "permitted")},
        "noNewPrivileges": not security["allowPrivilegeEscalation"],
    }
    kernel = {
        "namespaces": [{"type": kind} for kind in ("mount", "pid", "ipc", "uts")],
        "maskedPaths": MASKED,
        "readonlyPaths": ["/proc/sys", "/proc/bus", "/proc/irq"],
        "seccomp": _system_calls(),
    }
    mounts = [*KERNEL, *_names(etc), *_volumes(container, volume)]
    root = {"path": str(image / "root"), "readonly": True}
    return {"ociVersion": "1.0.2", "process": process, "root": root, "mounts": mounts, "linux": kernel}


def _names(etc: Path) -> Iterator[dict[str, Any]]:
    for name in ("hosts", "resolv.conf"):
        yield _bound(etc / name, f"/etc/{name}", ["ro"])


def _volumes(container: Spec, volume: Callable[[str], Path]) -> Iterator[dict[str, Any]]:
    for mount in sorted(container.get("volumeMounts", ()), key=lambda one: str(one["mountPath"])):
        place = volume(mount["name"])
        _owned(place)
        if "subPath" in mount:
            place /= mount["subPath"]
        yield _bound(place, mount["mountPath"], ["ro"] if mount.get("readOnly") else [])


def _bound(place: Path, path: str, options: list[str]) -> dict[str, Any]:
    return {
        "destination": path,
        "type": "bind",
        "source": str(place),
        "options": ["rbind", "nosuid", "nodev", *options],
    }


def _owned(place: Path) -> None:
    """As the kubelet does it for `fsGroup`: what it wrote can be read by the group, an empty volume written."""
    written = (place / "..data").exists()
    os.chown(place, 0, USER)
    place.chmod(0o2755 if written else 0o2777)
    for path in place.rglob("*") if written else ():
        os.chown(path, 0, USER, follow_symlinks=False)
        if path.is_file() and not path.is_symlink():
            path.chmod(0o440)


def _system_calls() -> dict[str, Any]:
    """The default profile for a container without capabilities on this processor."""
    profile = json.loads(SECCOMP.read_text())
    calls = [
        {key: one[key] for key in ("names", "action", "args", "errnoRet") if one.get(key) is not None}
        for one in profile["syscalls"]
        if not one.get("includes", {}).get("caps") and "amd64" in one.get("includes", {}).get("arches", ["amd64"])
    ]
    return {
        "defaultAction": profile["defaultAction"],
        "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
        "syscalls": calls,
    }
