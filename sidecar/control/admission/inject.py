"""A pod in, the pod with its gate out.

Strategy: what the pod must have is planned from the release and the owner's annotations alone. A pod without a status
annotation gets it; one with a status must have it already, and containers that came later get what they lack. So
asking twice changes nothing.

Rules:
- Adds, never removes. What carries our names and is not ours is refused.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from sidecar.control.admission import agent
from sidecar.control.admission.claims import REMEDY, verified
from sidecar.control.admission.review import Object, Refusal
from sidecar.control.admission.secrecy import almighty, kept_secret
from sidecar.control.admission.sidecars import NAMES, PORTS, Plan, planned
from sidecar.control.admission.volumes import NAMES as PREFIX
from sidecar.control.admission.wishes import STATUS, Wishes, wishes
from sidecar.settings.webhook import Injection

DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
FORM = "1"


@dataclass(frozen=True, slots=True)
class Injected:
    pod: Object
    notes: tuple[str, ...]


def injected(pod: Object, injection: Injection, native: bool) -> Injected:
    wished = wishes(pod, injection)
    plan = planned(injection, wished, native)
    spec: Object = pod["spec"]
    _ports_free(spec)
    if _claims(pod):
        verified(spec, plan)
        ready = spec
    else:
        _free(spec)
        ready = _joined(spec, plan, injection)
    kept_secret(ready, NAMES, injection)
    led, notes = _led(ready, injection, wished)
    notes = (*notes, *_notes(ready, plan, injection))
    return Injected({**pod, "metadata": _metadata(pod, plan, notes, injection), "spec": led}, notes)


def digest(plan: Plan) -> str:
    """Of what was planned; keys in one order."""
    text = orjson.dumps([plan.init, plan.containers, plan.volumes], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()[:32]


def _claims(pod: Object) -> bool:
    return STATUS in ((pod.get("metadata") or {}).get("annotations") or {})


def _joined(spec: Object, plan: Plan, injection: Injection) -> Object:
    made = {
        **spec,
        "initContainers": [*plan.init, *(spec.get("initContainers") or ())],
        "containers": [*plan.containers, *spec["containers"]],
        "volumes": [*(spec.get("volumes") or ()), *plan.volumes],
    }
    there = list(spec.get("imagePullSecrets") or ())
    missing = [{"name": name} for name in injection.pull_secrets if {"name": name} not in there]
    if missing:
        made["imagePullSecrets"] = [*there, *missing]
    security = spec.get("securityContext") or {}
    if injection.spool_class and injection.user is not None and "fsGroup" not in security:
        # A fresh volume belongs to root; this is how its owner learns of ours.
        changed = {"fsGroup": injection.user, "fsGroupChangePolicy": "OnRootMismatch"}
        made["securityContext"] = {**security, **changed}
    return made


def _led(spec: Object, injection: Injection, wished: Wishes) -> tuple[Object, tuple[str, ...]]:
    notes: list[str] = []
    made = dict(spec)
    for kind in ("initContainers", "containers"):
        if kind in spec:
            made[kind] = [_one(container, injection, wished, notes) for container in spec[kind] or ()]
    return made, tuple(notes)


def _one(container: Object, injection: Injection, wished: Wishes, notes: list[str]) -> Object:
    if not agent.is_agent(container["name"], wished):
        if container["name"] in wished.excluded:
            notes.append(f"container {container['name']} is excluded: it goes its own way")
        return container
    made = agent.led(container, injection, wished)
    notes.extend(made.notes)
    return made.container


def _notes(spec: Object, plan: Plan, injection: Injection) -> Iterator[str]:
    if plan.containers and spec.get("restartPolicy") in ("Never", "OnFailure"):
        yield "this cluster knows no native sidecars: the gate's containers go on running when the agent has ended"
    if plan.containers and any(one["name"] not in NAMES for one in spec.get("initContainers") or ()):
        yield "this cluster knows no native sidecars: init containers run before the gate, and reach no model"
    if spec.get("resources"):
        yield "spec.resources is for all containers of the pod: the gate's need their part of it"
    yield from almighty(spec, NAMES)
    if injection.spool_class and (spec.get("securityContext") or {}).get("fsGroup") == injection.user is not None:
        yield f"the pod's volumes belong to group {injection.user}, so that the gate can write its own"


def _metadata(pod: Object, plan: Plan, notes: tuple[str, ...], injection: Injection) -> Object:
    metadata: Object = pod.get("metadata") or {}
    name, value = injection.label
    labels = {**(metadata.get("labels") or {})}
    if labels.setdefault(name, value) != value:
        raise Refusal(f"the label {name} is {labels[name]!r}, and this release sets it to {value}: take it out")
    said: Object = {"version": FORM, "digest": digest(plan)}
    if notes:
        said["notes"] = list(notes)
    annotations = {**(metadata.get("annotations") or {}), STATUS: orjson.dumps(said).decode()}
    if plan.containers and DEFAULT_CONTAINER not in annotations:
        annotations[DEFAULT_CONTAINER] = pod["spec"]["containers"][0]["name"]
    return {**metadata, "labels": labels, "annotations": annotations}


def _free(spec: Object) -> None:
    """Nobody else's things carry our names."""
    for kind in ("initContainers", "containers", "volumes"):
        for one in spec.get(kind) or ():
            if one["name"].startswith(PREFIX):
                raise Refusal(f"the name {one['name']} ({kind}) is the gate's own: choose another, or {REMEDY}")


def _ports_free(spec: Object) -> None:
    """A webhook that comes after ours can add a container on a port of the gate's."""
    others = (one for one in (*(spec.get("initContainers") or ()), *spec["containers"]) if one["name"] not in NAMES)
    for one in others:
        for port in one.get("ports") or ():
            if port.get("containerPort") in PORTS and port.get("protocol", "TCP") == "TCP":
                raise Refusal(
                    f"container {one['name']} listens on port {port['containerPort']}, where the gate does: "
                    "choose another port"
                )
