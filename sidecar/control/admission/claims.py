"""Whether a pod that claims to have its gate has it.

Rules: the cluster and other webhooks fill in and change some of what we wrote (defaults, resources, probes over HTTP,
the registry of an image that is named by its digest, tokens of clouds): that is their business. Programs, rights, what
is mounted and what is set are ours: a pod in which they differ was written by hand, and is refused.
"""

from collections.abc import Mapping
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
# Where clouds and the cluster put what a pod may be asked for, and the words that they set.
TOKENS = "/var/run/secrets/"
WORDS = ("AWS_", "AZURE_", "GOOGLE_", "KUBERNETES_", "DD_", "OTEL_", "ISTIO_")


def verified(spec: Object, plan: Plan) -> None:
    for kind, wanted in (("initContainers", plan.init), ("containers", plan.containers), ("volumes", plan.volumes)):
        there = {one["name"]: one for one in spec.get(kind) or ()}
        for one in wanted:
            if one["name"] not in there or not _is(there[one["name"]], one):
                raise Refusal(
                    f"the pod claims to have its gate, and {one['name']} ({kind}) is not there as this release makes "
                    f"it: {REMEDY}"
                )
        strange = sorted(n for n in there.keys() - {one["name"] for one in wanted} if n.startswith(NAMES))
        if strange:
            raise Refusal(f"the pod claims to have its gate, and {strange[0]} ({kind}) is none of it: {REMEDY}")


def _is(there: Mapping[str, Any], wanted: Object) -> bool:
    if "image" not in wanted:
        return _holds(there, wanted)
    return (
        all(there.get(part) == wanted.get(part) for part in EXACT)
        and all(_holds(there.get(part) or [], wanted[part]) for part in CONTAINED if part in wanted)
        and all("exec" not in there.get(probe, {}) or _holds(there[probe], wanted.get(probe)) for probe in PROBES)
        and _same_image(str(there.get("image")), wanted["image"])
        and _nothing_strange(there, wanted)
    )


def _nothing_strange(there: Mapping[str, Any], wanted: Object) -> bool:
    ours = {one["mountPath"] for one in wanted["volumeMounts"]}
    paths = {one["mountPath"] for one in there.get("volumeMounts") or ()} - ours
    words = {one["name"] for one in there.get("env") or ()} - {one["name"] for one in wanted.get("env", ())}
    return (
        len(there.get("volumeMounts") or ()) == len(paths) + len(ours)
        and all(path.startswith(TOKENS) and not path.startswith(TOKEN) for path in paths)
        and all(word.startswith(WORDS) for word in words)
        and "add" not in ((there.get("securityContext") or {}).get("capabilities") or {})
    )


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
