"""Our own certificate among replicas: one Secret, made by whoever was first, renewed by whoever sees it due.

Rules:
- The Secret in the cluster is what counts. A replica that lost the race takes what the other one wrote.
- A Secret that holds none of ours is written over: its name was given to us for this.
"""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sidecar.control.admission.certificates import Kept, Terms, due, first, from_files, to_files
from sidecar.control.admission.cluster import Cluster, ClusterFailed
from sidecar.control.admission.review import Object

TRIES = 5
MANAGED = {"app.kubernetes.io/managed-by": "gatehouse"}


class Keeping:
    def __init__(
        self,
        cluster: Cluster,
        place: tuple[str, str],
        names: Sequence[str],
        now: Callable[[], datetime],
        terms: Terms,
    ) -> None:
        """`place`: namespace and name of the Secret."""
        self._cluster = cluster
        self._namespace, self._name = place
        self._names = names
        self._now = now
        self._terms = terms

    async def look(self) -> Kept:
        """What is in force now, after whatever was due."""
        folder = f"/api/v1/namespaces/{self._namespace}/secrets"
        for _ in range(TRIES):
            found = await self._cluster.get(f"{folder}/{self._name}")
            if found is None:
                kept = first(self._names, self._now(), self._terms)
                if await self._cluster.create(folder, self._secret(kept, None)):
                    return kept
                continue
            there = from_files(_decoded(found.get("data") or {}))
            now = self._now()
            kept = due(there, self._names, now, self._terms) if there else first(self._names, now, self._terms)
            if kept == there or await self._cluster.replace(f"{folder}/{self._name}", self._secret(kept, found)):
                return kept
        raise ClusterFailed(f"the Secret {self._name} changes all the time")

    def _secret(self, kept: Kept, older: Object | None) -> Object:
        metadata: Object = {
            "name": self._name,
            "namespace": self._namespace,
            "labels": MANAGED,
        }
        kind = "kubernetes.io/tls"
        if older is not None:
            # Whatever else stands there was somebody's wish; the kind of a Secret cannot be changed.
            metadata = {**metadata, **older["metadata"]}
            kind = older.get("type", kind)
        data = {name: base64.b64encode(text.encode()).decode() for name, text in to_files(kept).items()}
        return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind, "data": data}


def _decoded(data: Mapping[str, str]) -> dict[str, str]:
    try:
        return {name: base64.b64decode(value, validate=True).decode() for name, value in data.items()}
    except (binascii.Error, UnicodeDecodeError):
        return {}
