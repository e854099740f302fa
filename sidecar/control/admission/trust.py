"""The API server's trust in us: `caBundle` in the webhook configurations, kept to the authorities of now.

Rule: only that one value is written, under a test of the webhook's name, so that nothing that the chart or GitOps
wrote meanwhile is touched.
"""

import base64
from collections.abc import Sequence

from sidecar.control.admission.cluster import Cluster, ClusterFailed
from sidecar.control.admission.review import Object

FOLDER = "/apis/admissionregistration.k8s.io/v1"


async def told(cluster: Cluster, configurations: Sequence[str], authority: str) -> None:
    """`configurations`: paths under the group, such as `mutatingwebhookconfigurations/name`."""
    bundle = base64.b64encode(authority.encode()).decode()
    for path in configurations:
        found = await cluster.get(f"{FOLDER}/{path}")
        # One that the release does without, or that is not made yet: the next look finds it.
        operations = _operations(found, bundle) if found else []
        if operations and await cluster.patch(f"{FOLDER}/{path}", operations) is None:
            raise ClusterFailed(f"{path} was taken away meanwhile")


def _operations(found: Object, bundle: str) -> list[Object]:
    made: list[Object] = []
    for index, hook in enumerate(found.get("webhooks") or ()):
        if hook["clientConfig"].get("caBundle") != bundle:
            place = f"/webhooks/{index}"
            made.append({"op": "test", "path": f"{place}/name", "value": hook["name"]})
            made.append({"op": "add", "path": f"{place}/clientConfig/caBundle", "value": bundle})
    return made
