"""Events: why a pod was left alone, where people look for it (`kubectl get events`, `kubectl describe`).

Rules: an event is told beside the answer, which never waits for it. The same about the same owner once in a minute;
with too many waiting, the newest is dropped: the answer's warning said it already.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sidecar.control.admission.cluster import Cluster, ClusterFailed
from sidecar.control.admission.review import Object, Review
from sidecar.telemetry.log import EventLog

AGAIN = 60.0
WAITING, REMEMBERED = 200, 5_000
log = EventLog("admission")


class Telling:
    def __init__(self, cluster: Cluster, now: Callable[[], float]) -> None:
        self._cluster = cluster
        self._now = now
        self._told: dict[tuple[str, ...], float] = {}
        self._waiting: asyncio.Queue[Object] = asyncio.Queue(WAITING)

    def tell(self, review: Review, message: str) -> None:
        about = _about(review)
        key = (review.namespace, str(about.get("kind")), str(about.get("name")), message)
        if self._now() - self._told.get(key, float("-inf")) < AGAIN:
            return
        if len(self._told) >= REMEMBERED:
            self._told.clear()
        self._told[key] = self._now()
        if not self._waiting.full():
            self._waiting.put_nowait(_event(review.namespace, about, message, datetime.fromtimestamp(self._now(), UTC)))

    async def run(self) -> None:
        while True:
            event = await self._waiting.get()
            try:
                await self._cluster.create(f"/api/v1/namespaces/{event['metadata']['namespace']}/events", event)
            except ClusterFailed as error:
                log.warning("an event could not be written", why=str(error))


def _about(review: Review) -> Mapping[str, Any]:
    """A pod that is being made has neither a UID nor, mostly, a name: what made it has both."""
    metadata = review.object.get("metadata") or {}
    owners = metadata.get("ownerReferences") or ()
    owner = next((one for one in owners if one.get("controller")), None)
    if owner is not None:
        named = {key: owner[key] for key in ("apiVersion", "kind", "name", "uid") if key in owner}
        return {**named, "namespace": review.namespace}
    return {"apiVersion": "v1", "kind": "Pod", "name": review.name, "namespace": review.namespace}


def _event(namespace: str, about: Mapping[str, Any], message: str, when: datetime) -> Object:
    moment = when.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": "gatehouse-", "namespace": namespace},
        "involvedObject": dict(about),
        "type": "Warning",
        "reason": "GateLeftOut",
        "message": message[:1000],
        "source": {"component": "gatehouse-webhook"},
        "reportingComponent": "gatehouse.dev/webhook",
        "firstTimestamp": moment,
        "lastTimestamp": moment,
        "count": 1,
    }
