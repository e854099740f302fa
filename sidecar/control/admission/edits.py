"""Who may change what injected pods mount: the ConfigMaps that the webhook copied into their namespaces.

Rules: the webhook alone writes a copy, takes it away or takes its label off. The cluster's own sweepers take one away
with its namespace. Whoever wants other rules changes what it is a copy of.
"""

from sidecar.control.admission.copies import COPY_OF
from sidecar.control.admission.review import Answer, Refusal, Review

KIND = "v1.ConfigMap"
OPERATIONS = frozenset(("CREATE", "UPDATE", "DELETE"))
# The second is that of clusters whose controllers share one name.
SWEEPERS = frozenset(
    (
        "system:serviceaccount:kube-system:namespace-controller",
        "system:kube-controller-manager",
        "system:serviceaccount:kube-system:generic-garbage-collector",
    )
)


def judged(review: Review, own: str, namespace: str) -> Answer:
    """`own`: the user name of the webhook's service account. `namespace`: the release's."""
    if review.kind != KIND or review.operation not in OPERATIONS:
        raise Refusal(f"this hook is for copies of ConfigMaps, and was asked about {review.operation} {review.kind}")
    if review.user == own or (review.operation == "DELETE" and review.user in SWEEPERS):
        return Answer(True)
    raise Refusal(
        f"the ConfigMap {review.name} in {review.namespace} ({COPY_OF}: {namespace}) is what the gate's pods there go "
        f"by, and is kept by its webhook alone: change the one that it is a copy of, in {namespace}"
    )
