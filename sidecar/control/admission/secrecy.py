"""The gate's secrets stay in the gate's containers: every way by which another container could see them.

Rules:
- A pod that takes one of them is refused, with the place named. Processes that see each other
  (`shareProcessNamespace`) can read each other's files through /proc, so such a pod is refused as well; so is one that
  mounts the node's folders in which the kubelet keeps the volumes of pods.
- A container with all rights on its node can read everything there: that is said, and is its owner's business.
"""

from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import Any

from sidecar.control.admission.review import Object, Refusal
from sidecar.control.admission.volumes import NAMES as PREFIX
from sidecar.settings.webhook import Injection

Found = tuple[str, str]
# Where a node shows the files of its pods. /run is where container engines have theirs.
NODE = tuple(map(PurePosixPath, ("/proc", "/var/lib/kubelet/pods", "/run/containerd", "/var/run/containerd")))
ENGINE = ("/docker.sock", "/podman.sock", "/crio.sock")
SPOOL = f"-{PREFIX}state"


def kept_secret(spec: Object, own: Collection[str], injection: Injection) -> None:
    """`own`: the gate's containers, beside whom all others are the owner's."""
    if spec.get("shareProcessNamespace"):
        raise Refusal(
            "shareProcessNamespace lets the agent read the gate's files, the model's key among them: take it out"
        )
    if spec.get("hostPID"):
        raise Refusal("hostPID lets the agent read the gate's files, the model's key among them: take it out")
    names = {one.name for one in injection.secrets}
    classes = set(injection.csi)
    others = [
        one for kind in ("initContainers", "containers") for one in spec.get(kind) or () if one["name"] not in own
    ]
    for place, secret in (*_volumes(spec, names, classes), *_containers(others, names)):
        raise Refusal(f"{place} takes {secret}, which is for the gate alone: take it out of the pod")


def debugged(old: Object, made: Object, own: Collection[str], injection: Injection) -> None:
    """Of a pod that runs: containers for debugging, put beside those that are there."""
    before = {one.get("name") for one in old.get("ephemeralContainers") or ()}
    added = [one for one in made.get("ephemeralContainers") or () if one.get("name") not in before]
    for one in added:
        if one.get("targetContainerName") in own:
            raise Refusal(
                f"the container {one.get('name')} would see the files of {one['targetContainerName']}, the model's key "
                "among them: name another --target"
            )
    for place, secret in _containers(added, {one.name for one in injection.secrets}):
        raise Refusal(f"{place} takes {secret}, which is for the gate alone")


def almighty(spec: Object, own: Collection[str]) -> Iterator[str]:
    """What a node has no secrets before."""
    for volume in spec.get("volumes") or ():
        if str((volume.get("hostPath") or {}).get("path", "")).endswith(ENGINE):
            yield f"volume {volume['name']} is the node's container engine: through it all of the node is open"
    for kind in ("initContainers", "containers"):
        for one in spec.get(kind) or ():
            if one["name"] not in own and (one.get("securityContext") or {}).get("privileged"):
                yield (
                    f"container {one['name']} is privileged: nothing on its node is closed to it, the gate's secrets "
                    "neither"
                )


def _volumes(spec: Object, names: set[str], classes: set[str]) -> Iterator[Found]:
    for volume in spec.get("volumes") or ():
        if volume["name"].startswith(PREFIX):
            continue
        where = f"volume {volume['name']}"
        yield from ((where, name) for name in _of_volume(volume) if name in names)
        claim = str((volume.get("persistentVolumeClaim") or {}).get("claimName"))
        if claim.endswith(SPOOL):
            yield where, f"the claim {claim}"
        if _shows_pods(str((volume.get("hostPath") or {}).get("path", ""))):
            yield where, f"{volume['hostPath']['path']} of the node, with the files of every pod"
        of = (volume.get("csi") or {}).get("volumeAttributes") or {}
        if of.get("secretProviderClass") in classes:
            yield where, of["secretProviderClass"]


def _shows_pods(path: str) -> bool:
    """Whether it is one of those folders, in one, or around one."""
    asked = PurePosixPath("/", *path.split("/"))
    return bool(path) and any(asked.is_relative_to(one) or one.is_relative_to(asked) for one in NODE)


def _of_volume(volume: dict[str, Any]) -> Iterator[str]:
    yield str((volume.get("secret") or {}).get("secretName"))
    for source in (volume.get("projected") or {}).get("sources") or ():
        yield str((source.get("secret") or {}).get("name"))


def _containers(others: list[Object], names: set[str]) -> Iterator[Found]:
    for container in others:
        where = f"container {container['name']}"
        for one in container.get("env") or ():
            # Thousands have a value; those that have their value from somewhere are few.
            if "valueFrom" in one:
                asked = ((one["valueFrom"] or {}).get("secretKeyRef") or {}).get("name")
                if asked in names:
                    yield f"{where} ({one['name']})", asked
        for source in container.get("envFrom") or ():
            asked = (source.get("secretRef") or {}).get("name")
            if asked in names:
                yield where, asked
        for kind in ("volumeMounts", "volumeDevices"):
            for mount in container.get(kind) or ():
                if mount["name"].startswith(PREFIX):
                    yield where, f"the volume {mount['name']}"
