"""The gate's secrets stay in the gate's containers: every way by which another container could see them.

Rules: a pod that takes one of them is refused, with the place named. Processes that see each other
(`shareProcessNamespace`) can read each other's files through /proc, so such a pod is refused as well.
"""

from collections.abc import Collection, Iterator
from typing import Any

from sidecar.control.admission.review import Object, Refusal
from sidecar.control.admission.volumes import NAMES as PREFIX
from sidecar.settings.webhook import Injection

Found = tuple[str, str]


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


def _volumes(spec: Object, names: set[str], classes: set[str]) -> Iterator[Found]:
    for volume in spec.get("volumes") or ():
        if volume["name"].startswith(PREFIX):
            continue
        where = f"volume {volume['name']}"
        yield from ((where, name) for name in _of_volume(volume) if name in names)
        of = (volume.get("csi") or {}).get("volumeAttributes") or {}
        if of.get("secretProviderClass") in classes:
            yield where, of["secretProviderClass"]


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
