"""`caBundle` in both configurations, and nothing else of them."""

import base64
import copy

from sidecar.control.admission.cluster import Cluster
from sidecar.control.admission.trust import told
from tests.k8s.api_server import HOOKS, ApiServer

BOTH = [f"{kind}webhookconfigurations/gate" for kind in ("mutating", "validating")]
BUNDLE = base64.b64encode(b"PEM").decode()


async def test_every_hook_learns_of_the_authority(api: ApiServer, cluster: Cluster) -> None:
    api.hooks("gate")
    before = copy.deepcopy(api.objects[f"{HOOKS}/{BOTH[0]}"])
    await told(cluster, BOTH, "PEM")
    assert api.bundles("gate") == [BUNDLE] * 4
    after = copy.deepcopy(api.objects[f"{HOOKS}/{BOTH[0]}"])
    for hook in after["webhooks"]:
        del hook["clientConfig"]["caBundle"]
    assert after["webhooks"] == before["webhooks"]


async def test_what_is_right_is_not_written(api: ApiServer, cluster: Cluster) -> None:
    api.hooks("gate")
    await told(cluster, BOTH, "PEM")
    api.asked.clear()
    await told(cluster, BOTH, "PEM")
    assert {method for method, _ in api.asked} == {"GET"}


async def test_a_configuration_that_the_release_does_without(api: ApiServer, cluster: Cluster) -> None:
    api.hooks("gate")
    del api.objects[f"{HOOKS}/{BOTH[1]}"]
    await told(cluster, BOTH, "PEM")
    assert {m for m, _ in api.asked} == {"GET", "PATCH"}
