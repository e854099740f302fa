"""Whether a pod that claims to have its gate has it.

Rules: the cluster and other webhooks fill in and change some of what we wrote (defaults, resources, probes over HTTP,
the registry of an image that is named by its digest, tokens of clouds): that is their business. Programs, rights, what
is mounted and what is set are ours: a pod in which they differ was written by hand, and is refused.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sidecar.control.admission.review import Object, Refusal
from sidecar.control.admission.sidecars import Plan
from sidecar.control.admission.volumes import NAMES, TOKEN
from sidecar.control.admission.wishes import STATUS, amount

REMEDY = f"take the annotation {STATUS} and every container and volume named {NAMES}... out of the manifest"
EXACT = ("command", "args", "restartPolicy", "lifecycle", "envFrom")
CONTAINED = ("securityContext", "volumeMounts", "env")
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
AMOUNTS = ("sizeLimit", "storage")
# Where clouds, the cluster and Vault put what a pod may be asked for, and the words that they set. Nothing of ours is
# read there: what lies in these folders changes no program.
TOKENS = ("/var/run/secrets/", "/vault/")
WORDS = ("AWS_", "AZURE_", "GOOGLE_", "KUBERNETES_", "DD_", "OTEL_", "ISTIO_", "DAPR_")


def verified(spec: Object, plan: Plan) -> None:
    for kind, wanted in (("initContainers", plan.init), ("containers", plan.containers), ("volumes", plan.volumes)):
        there = {one["name"]: one for one in spec.get(kind) or ()}
        for one in wanted:
            wrong = _differs(there[one["name"]], one) if one["name"] in there else "it is missing"
            if wrong:
                raise Refusal(
                    f"the pod claims to have its gate, and {one['name']} ({kind}) is not there as this release makes "
                    f"it: {wrong}. If a webhook beside ours did that, leave the gate's containers out there; else "
                    f"{REMEDY}"
                )
        strange = sorted(n for n in there.keys() - {one["name"] for one in wanted} if n.startswith(NAMES))
        if strange:
            raise Refusal(f"the pod claims to have its gate, and {strange[0]} ({kind}) is none of it: {REMEDY}")


def _differs(there: Mapping[str, Any], wanted: Object) -> str:
    """What is not ours in it, in words; nothing, where it is as it should be."""
    if "image" not in wanted:
        return "" if _holds(there, wanted) else "it is another volume"
    return next(_differences(there, wanted), "")


def _differences(there: Mapping[str, Any], wanted: Object) -> Iterator[str]:
    yield from (f"{part} differs" for part in EXACT if there.get(part) != wanted.get(part))
    yield from (
        f"{part} differs" for part in CONTAINED if part in wanted and not _holds(there.get(part) or [], wanted[part])
    )
    for probe in PROBES:
        if "exec" in there.get(probe, {}) and not _holds(there[probe], wanted.get(probe)):
            yield f"{probe} differs"
    if not _same_image(str(there.get("image")), wanted["image"]):
        yield f"its image is {there.get('image')}"
    yield from _strange(there, wanted)


def _strange(there: Mapping[str, Any], wanted: Object) -> Iterator[str]:
    ours = {one["mountPath"] for one in wanted["volumeMounts"]}
    for path in _more([one["mountPath"] for one in there.get("volumeMounts") or ()], ours):
        if path in ours or not path.startswith(TOKENS) or path.startswith(TOKEN):
            yield f"something is mounted at {path}"
    known = {one["name"] for one in wanted.get("env", ())}
    for word in _more([one["name"] for one in there.get("env") or ()], known):
        if word in known or not word.startswith(WORDS):
            yield f"the variable {word} is set"
    if "add" in ((there.get("securityContext") or {}).get("capabilities") or {}):
        yield "it has capabilities"


def _more(there: Iterable[str], ours: Iterable[str]) -> Iterator[str]:
    """What is there beside ours, or twice."""
    left = set(ours)
    for one in there:
        if one in left:
            left.remove(one)
        else:
            yield one


def _same_image(one: str, other: str) -> bool:
    """A mirror may keep it elsewhere; by its digest it is the same."""
    return one == other or ("@" in other and one.rpartition("@")[2] == other.rpartition("@")[2])


def _part(key: str, there: object, wanted: object) -> bool:
    """The API server writes amounts in a form of its own: `1024Mi` comes back as `1Gi`."""
    return _holds(there, wanted) or (key in AMOUNTS and amount(str(there)) == amount(str(wanted)) > 0)


def _holds(there: object, wanted: object) -> bool:
    """All that is wanted is there; what the cluster fills in beside it does not matter."""
    if isinstance(wanted, dict):
        return isinstance(there, dict) and all(key in there and _part(key, there[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return isinstance(there, list) and all(any(_holds(one, part) for one in there) for part in wanted)
    return there == wanted
