"""One certificate among replicas: the Secret in the cluster counts."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta

import pytest

from sidecar.control.admission.certificates import Terms
from sidecar.control.admission.cluster import Cluster, ClusterFailed
from sidecar.control.admission.keeping import Keeping
from tests.k8s.api_server import ApiServer

PATH = "/api/v1/namespaces/gatehouse/secrets/gatehouse-tls"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def keeping(cluster: Cluster, clock: Clock) -> Keeping:
    return Keeping(cluster, ("gatehouse", "gatehouse-tls"), ("a.svc",), clock, Terms())


async def test_replicas_that_start_together_end_with_one(api: ApiServer, cluster: Cluster, clock: Clock) -> None:
    found = await asyncio.gather(*(keeping(cluster, clock).look() for _ in range(4)))
    assert len(set(found)) == 1
    secret = api.objects[PATH]
    assert secret["type"] == "kubernetes.io/tls"
    assert base64.b64decode(secret["data"]["tls.crt"]).decode() == found[0].leaf.certificate


async def test_whoever_sees_it_due_renews_it_once(api: ApiServer, cluster: Cluster, clock: Clock) -> None:
    before = await keeping(cluster, clock).look()
    clock.now += timedelta(days=25)
    found = await asyncio.gather(*(keeping(cluster, clock).look() for _ in range(4)))
    assert len(set(found)) == 1
    assert found[0] != before
    assert [method for method, path in api.asked if (method, path) == ("PUT", PATH)]


async def test_a_secret_without_ours_is_written_over_and_keeps_its_labels(
    api: ApiServer, cluster: Cluster, clock: Clock
) -> None:
    api.put(PATH, {"metadata": {"labels": {"own": "1"}}, "type": "Opaque", "data": {"tls.crt": "!!"}})
    kept = await keeping(cluster, clock).look()
    assert api.objects[PATH]["metadata"]["labels"] == {"own": "1"}
    assert api.objects[PATH]["type"] == "Opaque"
    assert await keeping(cluster, clock).look() == kept


async def test_a_cluster_that_is_away_is_said(api: ApiServer, cluster: Cluster, clock: Clock) -> None:
    api.failing = 99
    with pytest.raises(ClusterFailed):
        await keeping(cluster, clock).look()
