"""Events about pods that were left alone."""

import asyncio
from typing import Any

import pytest

from sidecar.control.admission.cluster import Cluster
from sidecar.control.admission.review import Review
from sidecar.control.admission.telling import WAITING, Telling
from tests.k8s.api_server import ApiServer
from tests.polling import until

OWNER = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "coder-1", "uid": "u", "controller": True}


def review(name: str = "coder-", **metadata: Any) -> Review:
    return Review("u1", "v1.Pod", "CREATE", "agents", name, {"metadata": metadata}, dry_run=False)


@pytest.fixture
def telling(cluster: Cluster) -> Telling:
    return Telling(cluster, lambda: 100.0)


async def run(telling: Telling, api: ApiServer, count: int) -> None:
    task = asyncio.create_task(telling.run())
    await until(lambda: len(api.events) >= count)
    task.cancel()


async def test_it_is_about_whoever_made_the_pod(telling: Telling, api: ApiServer) -> None:
    telling.tell(review(ownerReferences=[OWNER]), "why")
    await run(telling, api, 1)
    event = api.events[0]
    assert event["involvedObject"]["kind"] == "ReplicaSet"
    assert event["involvedObject"]["uid"] == "u"
    assert (event["reason"], event["message"], event["type"]) == ("GateLeftOut", "why", "Warning")
    assert event["firstTimestamp"] == "1970-01-01T00:01:40Z"


async def test_or_about_the_pod(telling: Telling, api: ApiServer) -> None:
    telling.tell(review("solo"), "why")
    await run(telling, api, 1)
    assert api.events[0]["involvedObject"]["name"] == "solo"


async def test_the_same_is_told_once_in_a_minute(telling: Telling, api: ApiServer) -> None:
    for _ in range(3):
        telling.tell(review("a"), "why")
    telling.tell(review("b"), "why")
    await run(telling, api, 2)
    assert [one["involvedObject"]["name"] for one in api.events] == ["a", "b"]


async def test_a_cluster_that_is_away_stops_nothing(telling: Telling, api: ApiServer) -> None:
    api.failing = 3
    telling.tell(review("a"), "why")
    telling.tell(review("b"), "why")
    await run(telling, api, 1)
    assert [one["involvedObject"]["name"] for one in api.events] == ["b"]


def test_too_many_are_dropped(telling: Telling) -> None:
    for index in range(WAITING + 50):
        telling.tell(review(f"p{index}"), "why")
    assert telling._waiting.qsize() == WAITING
