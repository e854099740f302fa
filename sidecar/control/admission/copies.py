"""Copies of the release's settings, policies and authority in the namespaces of injected pods, and kept so.

Strategy: before the first pod's patch leaves, its namespace is brought up to date; afterwards changed values come
everywhere at once, and once in a minute what somebody changed there is put back.

Rules:
- Only what bears our label is written over. A ConfigMap of that name that somebody else made refuses the pod.
- A namespace where a copy is found is kept up to date, whoever opted it in. One that was made anew under
  its old name has none.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sidecar.control.admission.cluster import Cluster, ClusterFailed
from sidecar.control.admission.namespaces import Labels, Namespaces
from sidecar.control.admission.review import Object, Refusal
from sidecar.control.admission.sources import Data, sources
from sidecar.settings.webhook import Injection
from sidecar.telemetry.log import EventLog

COPY_OF = "gatehouse.dev/copy-of"
TRIES = 3
# A thousand namespaces are some 5,000 questions: 80 a second. What somebody changed there holds for so long.
WHOLE = 60.0
log = EventLog("admission")


@dataclass(slots=True)
class Copies:
    """`asked`: whether a namespace with these labels opted in."""

    cluster: Cluster
    namespaces: Namespaces
    injection: Injection
    authority: Callable[[], str]
    asked: Callable[[str, Labels], bool]
    now: Callable[[], float]
    _looked: float = float("-inf")
    _wanted: Mapping[str, Data] = field(default_factory=dict)
    _done: dict[str, tuple[Mapping[str, Data], str]] = field(default_factory=dict)
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def refresh(self) -> None:
        """What a copy is a copy of, as it is now."""
        found = await sources(self.cluster, self.injection, self.authority())
        if found != self._wanted:
            self._wanted = found

    async def ensure(self, namespace: str) -> None:
        """The namespace has what its pods will mount, or the pod must wait."""
        if self._has_all(namespace):
            return
        async with self._locks.setdefault(namespace, asyncio.Lock()):
            if self._has_all(namespace):
                return
            try:
                await self._bring(namespace)
            except ClusterFailed as error:
                raise Refusal(f"the gate's settings cannot be put into {namespace} now: {error}; try again") from error

    async def look(self) -> None:
        """Everywhere, if something changed or it is time. What fails in one namespace is said, and stops no other."""
        before = self._wanted
        await self.refresh()
        if self._wanted is before and self.now() - self._looked < WHOLE:
            return
        for name, labels in (await self.namespaces.all()).items():
            if name in self.injection.excluded:
                continue
            try:
                if name in self._done or self.asked(name, labels) or await self._there(name):
                    await self._bring(name)
            except (ClusterFailed, Refusal) as error:
                log.warning("copies are not up to date", namespace=name, why=str(error))
        self._looked = self.now()

    def _has_all(self, namespace: str) -> bool:
        wanted, life = self._done.get(namespace, (None, ""))
        return wanted is self._wanted and life == self.namespaces.life(namespace)

    async def _there(self, namespace: str) -> bool:
        found = await self.cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/{self.injection.settings}")
        return found is not None and self._ours(found)

    async def _bring(self, namespace: str) -> None:
        wanted, life = self._wanted, self.namespaces.life(namespace)
        for name, data in wanted.items():
            await self._one(namespace, name, data)
        self._done[namespace] = wanted, life

    async def _one(self, namespace: str, name: str, data: Data) -> None:
        folder = f"/api/v1/namespaces/{namespace}/configmaps"
        for _ in range(TRIES):
            found = await self.cluster.get(f"{folder}/{name}")
            if found is None:
                if await self.cluster.create(folder, self._made(namespace, name, data)):
                    return
                continue
            if not self._ours(found):
                raise Refusal(
                    f"the ConfigMap {name} in {namespace} is somebody else's, and the gate needs that name: rename it"
                )
            if found.get("data") == data and not found.get("binaryData"):
                return
            version = found["metadata"].get("resourceVersion", "")
            if await self.cluster.replace(f"{folder}/{name}", self._made(namespace, name, data, version)):
                return
        raise ClusterFailed(f"the ConfigMap {name} changes all the time")

    def _ours(self, found: Object) -> bool:
        labels = (found.get("metadata") or {}).get("labels") or {}
        return bool(labels.get(COPY_OF) == self.injection.namespace)

    def _made(self, namespace: str, name: str, data: Data, version: str = "") -> Object:
        labels = {"app.kubernetes.io/managed-by": "gatehouse", COPY_OF: self.injection.namespace}
        metadata: Object = {"name": name, "namespace": namespace, "labels": labels}
        if version:
            metadata["resourceVersion"] = version
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(data)}
