"""Clusters: kubectl and helm."""

import re

from sidecar.core.model.effect import Effect
from sidecar.core.understand.paths import folded
from sidecar.core.understand.shell.call import Argv, Call, Reader, Reading, Stream, deed, does, host, joined
from sidecar.core.understand.shell.commands.hosts import host_of
from sidecar.core.understand.shell.commands.servers import only_here
from sidecar.core.understand.shell.commands.verbs import rows, verbs
from sidecar.core.understand.shell.flags import flags

_E = Effect
_KUBECTL_VALUED = (
    "n namespace context cluster user kubeconfig s server l selector f filename o output c"
    " container k kustomize as token field-selector tail since type p patch sort-by replicas image"
    " request-timeout v cascade grace-period timeout"
)
KUBECTL = [
    *rows(
        _E.DESTROYS_DATA,
        "delete *; delete ? -f --filename -k --all -l --selector; drain *; replace ? --force; apply ? --prune",
    ),
    *rows(
        _E.READS_SECRET,
        "config view ? --raw; create token",
    ),
    *rows(
        _E.CHANGES_ACCESS,
        "create clusterrolebinding; create rolebinding; create role; create clusterrole"
        "; create serviceaccount; create secret; certificate *; auth reconcile"
        "; config set-credentials; taint *; set serviceaccount; set subject; patch *role*"
        "; edit *role*; patch serviceaccount*; edit secret*; patch secret*",
    ),
    *rows(
        _E.READS,
        "get; describe; logs; top; explain; api-*; cluster-info; diff; wait; version; events"
        "; rollout status; rollout history; config view; config get-*; config current-context"
        "; auth can-i; kustomize; options",
    ),
    *rows(
        _E.WRITES,
        "apply; create *; patch; label; annotate; scale; rollout *; edit; set; expose; autoscale"
        "; cordon; uncordon; config use-context; replace; port-forward",
    ),
    *rows(_E.LEAVES_MACHINE, "proxy"),
    *rows(_E.ESCALATES, "run ? --privileged --overrides"),
    *rows(_E.RUNS_CODE, "run; debug; attach"),
]
_kubectl = verbs(KUBECTL, _KUBECTL_VALUED, dry="dry-run")


# What a manifest may ask for that is more than a service needs.
_GRANTS = re.compile(
    r"kind:\s*(Cluster)?Role|kind:\s*Secret|privileged:\s*true|hostPath:|hostPID:\s*true|hostNetwork:\s*true"
)


def kubectl(call: Call) -> Reading:
    """`exec` runs a command in a pod, `cp` copies; the rest is in the table."""
    verb = next((word.text for word in flags(call.args, frozenset(_KUBECTL_VALUED.split())).operands), "")
    if verb in {"exec", "run", "debug"}:
        at = next((i for i, word in enumerate(call.args) if word.text == "--"), None)
        if at is not None and at + 1 < len(call.args):
            return Reading((deed(_E.RUNS_CODE, call.shown),), (Argv(call.args[at + 1 :], call.stdin),))
        rest = flags(call.args, frozenset(_KUBECTL_VALUED.split())).operands
        if verb == "exec" and len(rest) > 2:
            return Reading((deed(_E.RUNS_CODE, call.shown),), (Argv(rest[2:], call.stdin),))
    if verb in {"cp"}:
        rest = flags(call.args, frozenset(_KUBECTL_VALUED.split())).operands
        out = len(rest) > 2 and ":" in rest[2].text
        return does(_E.LEAVES_MACHINE if out else _E.READS, call)
    if verb == "scale" and _stops_all(call):
        return does(_E.DESTROYS_DATA, call, why="stops however many there are")
    if verb == "get" and _shows_secrets(call):
        return does(_E.READS_SECRET, call)
    if verb == "port-forward":
        bound = flags(call.args, frozenset({*_KUBECTL_VALUED.split(), "address"})).values("address")
        if any(not only_here(address) for word in bound for address in word.text.split(",")):
            return joined(_kubectl(call), does(_E.LEAVES_MACHINE, call, why="opens a service to others"))
    applied = [
        word.text
        for word in flags(call.args, frozenset(_KUBECTL_VALUED.split())).values("f", "filename", "k", "kustomize")
    ]
    if verb == "label" and any("pod-security." in word.text for word in call.args):
        return does(_E.CHANGES_ACCESS, call, why="what pods may do")
    manifests = [
        call.stdin.text or "",
        *(call.files[name].text or "" for name in map(folded, applied) if name in call.files),
    ]
    if verb in {"apply", "create", "replace"} and any(map(_GRANTS.search, manifests)):
        return joined(_kubectl(call), does(_E.CHANGES_ACCESS, call))
    if verb in {"apply", "create"} and any("://" in text or text.startswith("github.com/") for text in applied):
        return joined(_kubectl(call), does(_E.RUNS_CODE, call, *(host(text) for text in applied)))
    made = flags(call.args, frozenset(_KUBECTL_VALUED.split())).operands[1:2]
    manifest = f"kind: {made[0].text.capitalize()}" if verb == "create" and made else ""
    return joined(_kubectl(call), Reading(out=Stream(manifest))) if manifest else _kubectl(call)


def _stops_all(call: Call) -> bool:
    read = flags(call.args, frozenset(_KUBECTL_VALUED.split()))
    none = any(word.text == "0" for word in read.values("replicas"))
    return none and read.has("all", "l", "selector")


def _shows_secrets(call: Call) -> bool:
    """A table of secrets has their names and sizes; another output has what is in them."""
    read = flags(call.args, frozenset(_KUBECTL_VALUED.split()))
    secret = any("secret" in kind for word in read.operands[1:] for kind in word.text.lower().split(","))
    outputs = [word.text for word in read.values("o", "output")]
    return secret and (read.has("template") or any(text not in {"name", "wide"} for text in outputs))


HELM = [
    *rows(_E.DESTROYS_DATA, "uninstall; delete; rollback; upgrade ? --force"),
    *rows(
        _E.READS,
        "list; ls; status; get; history; show; search; template; lint; env; version; dependency"
        "; repo list; repo update; pull; plugin list",
    ),
    *rows(_E.WRITES, "install; upgrade; repo add; test; package; create"),
    *rows(_E.LEAVES_MACHINE, "push"),
]


_helm = verbs(HELM, "n namespace f values set version kube-context repo kubeconfig", dry="dry-run")


def helm(call: Call) -> Reading:
    """A chart from an address is code from there."""
    away = [word for word in call.args if "://" in word.text]
    verb = call.args[0].text if call.args else ""
    if away and verb in {"install", "upgrade"}:
        return joined(_helm(call), does(_E.RUNS_CODE, call, *(host(host_of(word.text)) for word in away)))
    return _helm(call)


KUBERNETES: dict[str, Reader] = {
    **dict.fromkeys(("kubectl", "k", "oc", "microk8s.kubectl"), kubectl),
    "helm": helm,
}
