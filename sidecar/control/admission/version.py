"""Whether a cluster knows native sidecars: since 1.29 without being asked to."""

import re

from sidecar.control.admission.cluster import Cluster, ClusterFailed

SINCE = (1, 29)


async def knows_native(cluster: Cluster) -> bool:
    said = await cluster.get("/version") or {}
    # Some providers write "29+".
    parts = [re.match(r"[0-9]+", str(said.get(name, ""))) for name in ("major", "minor")]
    if None in parts:
        raise ClusterFailed(f"the API server says no version: {said}")
    return tuple(int(part[0]) for part in parts if part) >= SINCE
