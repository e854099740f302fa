"""Labels of namespaces, asked for and kept for a few seconds.

Rules:
- While the API server does not say, the labels are unknown, and what it asked because of them counts.
- Before a pod is left alone because of them they are asked for anew: the API server knew newer ones when it asked.
"""

from collections.abc import Callable, Mapping

from sidecar.control.admission.cluster import Cluster, ClusterFailed

FRESH = 5.0  # seconds; a label set a moment ago counts, and 200 pods a second ask once
MOST = 10_000
Labels = Mapping[str, str]


class Namespaces:
    def __init__(self, cluster: Cluster, now: Callable[[], float]) -> None:
        self._cluster = cluster
        self._now = now
        self._known: dict[str, tuple[float, Labels | None]] = {}
        self._lives: dict[str, str] = {}

    async def labels(self, name: str, anew: bool = False) -> Labels | None:
        at, known = self._known.get(name, (float("-inf"), None))
        if self._now() - at < FRESH and not anew:
            return known
        try:
            found = await self._cluster.get(f"/api/v1/namespaces/{name}")
        except ClusterFailed:
            found = None
        labels = (found.get("metadata") or {}).get("labels") or {} if found else None
        if len(self._known) >= MOST:
            self._known.clear()
            self._lives.clear()
        if found:
            self._lives[name] = str((found.get("metadata") or {}).get("uid", ""))
        self._known[name] = (self._now(), labels)
        return labels

    def life(self, name: str) -> str:
        """Which of several namespaces of one name it was that was asked for last: what stood in one before is gone."""
        return self._lives.get(name, "")

    async def all(self) -> Mapping[str, Labels]:
        """Every namespace there is."""
        found = await self._cluster.get("/api/v1/namespaces") or {}
        return {
            one["metadata"]["name"]: one["metadata"].get("labels") or {}
            for one in found.get("items") or ()
            if (one.get("status") or {}).get("phase") != "Terminating"
        }
