"""What the owner of a pod may choose, by annotations on it.

Rules: a wrong value refuses the pod, in a sentence with the annotation and the remedy; so does an annotation of ours
that does not exist, because it is a misspelt one that would have counted.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sidecar.control.admission.eligible import LABEL
from sidecar.control.admission.review import Refusal
from sidecar.settings.webhook import Injection, Resources

PREFIX = "gatehouse.dev/"
STATUS = f"{PREFIX}status"
LEVELS = ("debug", "info", "warning", "error")
# Annotation -> container, kind, resource.
AMOUNTS = {
    f"{part}-{resource}{suffix}": (part.replace("-", "_"), kind, resource)
    for part in ("envoy", "data-plane")
    for resource in ("cpu", "memory")
    for suffix, kind in (("", "requests"), ("-limit", "limits"))
}
WORDS = ("connection", "policy", "log-level", "excluded-containers")
KNOWN = frozenset((*WORDS, *AMOUNTS, "status"))
_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
_UNITS = {None: "1", "m": "0.001", "k": "1e3", "M": "1e6", "G": "1e9", "T": "1e12"} | {
    unit: str(1 << shift) for unit, shift in (("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40))
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """`policy`: the only folder of policies, or all of the release's."""

    connection: str
    policy: str | None = None
    log_level: str | None = None
    excluded: frozenset[str] = frozenset()
    resources: Mapping[str, Resources] = field(default_factory=dict)


def wishes(pod: Mapping[str, Any], injection: Injection) -> Wishes:
    annotations: Mapping[str, str] = (pod.get("metadata") or {}).get("annotations") or {}
    ours = {key.removeprefix(PREFIX): value for key, value in annotations.items() if key.startswith(PREFIX)}
    for name in sorted(ours.keys() - KNOWN):
        raise Refusal(_unknown(name))
    return Wishes(
        connection=_one_of("connection", ours, injection.connections) or injection.connection,
        policy=_one_of("policy", ours, tuple(one.folder for one in injection.policies)),
        log_level=_one_of("log-level", ours, LEVELS),
        excluded=_excluded(ours.get("excluded-containers"), pod["spec"]),
        resources=_resources(ours, {"envoy": injection.envoy, "data_plane": injection.data_plane}),
    )


def _unknown(name: str) -> str:
    if PREFIX + name == LABEL:
        return f"the annotation {LABEL} does nothing: it is a label, set it under metadata.labels"
    return f"there is no annotation {PREFIX}{name}: the known ones are {', '.join(sorted(KNOWN - {'status'}))}"


def _one_of(name: str, ours: Mapping[str, str], choices: tuple[str, ...]) -> str | None:
    value = ours.get(name)
    if value is not None and value not in choices:
        raise Refusal(f"the annotation {PREFIX}{name} is {value!r}: set it to one of {', '.join(choices)}")
    return value


def _excluded(value: str | None, spec: Mapping[str, Any]) -> frozenset[str]:
    if value is None:
        return frozenset()
    names = frozenset(name.strip() for name in value.split(",") if name.strip())
    there = {one["name"] for one in (*(spec.get("initContainers") or ()), *spec["containers"])}
    for name in sorted(names - there):
        raise Refusal(
            f"the annotation {PREFIX}excluded-containers names {name!r}, which is none of the pod's containers: "
            f"name some of {', '.join(sorted(there))}, with commas between"
        )
    return names


def _resources(ours: Mapping[str, str], standard: Mapping[str, Resources]) -> Mapping[str, Resources]:
    made = {part: {kind: dict(named) for kind, named in of.items()} for part, of in standard.items()}
    for name, (part, kind, resource) in AMOUNTS.items():
        if name in ours:
            if not amount(ours[name]):
                raise Refusal(f"the annotation {PREFIX}{name} is {ours[name]!r}: write an amount such as 250m or 512Mi")
            made[part].setdefault(kind, {})[resource] = ours[name]
    for part, of in made.items():
        _fitting(part.replace("_", "-"), of)
    return made


def _fitting(part: str, of: Mapping[str, Mapping[str, str]]) -> None:
    for resource, limit in of.get("limits", {}).items():
        asked = of.get("requests", {}).get(resource)
        if asked is not None and amount(asked) > amount(limit):
            raise Refusal(
                f"{part} would request {resource} {asked} with a limit of {limit}: set the annotations "
                f"{PREFIX}{part}-{resource} and {PREFIX}{part}-{resource}-limit so that the limit is not smaller"
            )


def amount(text: str) -> Decimal:
    """Nothing, where it is none that Kubernetes reads."""
    found = _QUANTITY.fullmatch(text)
    return Decimal(found[1]) * Decimal(_UNITS[found[2]]) if found else Decimal(0)
