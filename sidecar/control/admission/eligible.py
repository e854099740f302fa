"""Whether a pod gets a gate beside it: labels first, then what cannot work.

Rules: the pod's label wins over its namespace's, and that over the release's default. A label that says neither yes nor
no is refused: a guess would leave a pod without its gate. What is left alone although it was asked for is said loudly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sidecar.control.admission.review import Refusal
from sidecar.settings.webhook import Injection

LABEL = "gatehouse.dev/inject"
ANSWERS = {"true": True, "false": False}
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
MIRROR = "kubernetes.io/config.mirror"
OPERATING_SYSTEMS = ("kubernetes.io/os", "beta.kubernetes.io/os")


@dataclass(frozen=True, slots=True)
class Eligible:
    """`why`: the reason why the pod is left alone. `asked`: it was meant to have one, so somebody must be told."""

    inject: bool
    why: str = ""
    asked: bool = False


def eligible(
    pod: Mapping[str, Any], namespace: str, labels: Mapping[str, str] | None, injection: Injection
) -> Eligible:
    """`labels`: the namespace's; where they are not known, the API server asked because of them."""
    if namespace in injection.excluded:
        return Eligible(False, f"nothing is injected in the namespace {namespace}")
    own = _said((pod.get("metadata") or {}).get("labels") or {}, "pod")
    around = True if labels is None else _said(labels, f"namespace {namespace}")
    wanted = next((one for one in (own, around) if one is not None), injection.default)
    if not wanted:
        return Eligible(False, f"no label {LABEL} asks for it")
    why = _impossible(pod)
    return Eligible(False, why, asked=True) if why else Eligible(True)


def _said(labels: Mapping[str, str], of: str) -> bool | None:
    value = labels.get(LABEL)
    if value is None:
        return None
    if value not in ANSWERS:
        raise Refusal(f'the label {LABEL} of the {of} is {value!r}: write "true" or "false"')
    return ANSWERS[value]


def _impossible(pod: Mapping[str, Any]) -> str:
    spec: Mapping[str, Any] = pod["spec"]
    if (spec.get("os") or {}).get("name") == "windows" or _node(spec) == "windows":
        return "it is for Windows, and the gate's containers are for Linux"
    if spec.get("hostNetwork"):
        return "it uses the node's network (hostNetwork), where a gate on loopback would serve the whole node"
    if MIRROR in ((pod.get("metadata") or {}).get("annotations") or {}):
        return "it is a static pod: the kubelet runs it as it stands in its file"
    return ""


def _node(spec: Mapping[str, Any]) -> str:
    """The operating system of every node that it may come to; nothing, where that is not one."""
    selected = spec.get("nodeSelector") or {}
    said = next((str(selected[name]) for name in OPERATING_SYSTEMS if name in selected), "")
    required = ((spec.get("affinity") or {}).get("nodeAffinity") or {}).get(REQUIRED) or {}
    terms = {_of_term(term) for term in required.get("nodeSelectorTerms") or ()}
    return said or (terms.pop() if len(terms) == 1 else "")


def _of_term(term: Mapping[str, Any]) -> str:
    for one in term.get("matchExpressions") or ():
        if one.get("key") in OPERATING_SYSTEMS and one.get("operator") == "In" and len(one.get("values") or ()) == 1:
            return str(one["values"][0])
    return ""
