"""Which clusters know native sidecars."""

import pytest

from sidecar.control.admission.cluster import Cluster, ClusterFailed
from sidecar.control.admission.version import knows_native
from tests.k8s.api_server import ApiServer


@pytest.mark.parametrize(
    ("major", "minor", "native"), [("1", "28", False), ("1", "29", True), ("1", "29+", True), ("2", "0", True)]
)
async def test_since_when(major: str, minor: str, native: bool, api: ApiServer, cluster: Cluster) -> None:
    api.version = {"major": major, "minor": minor}
    assert await knows_native(cluster) is native


@pytest.mark.parametrize("said", [{}, {"major": "1", "minor": ""}, {"major": "x", "minor": "30"}])
async def test_no_guess_is_made(said: dict[str, str], api: ApiServer, cluster: Cluster) -> None:
    api.version = said
    with pytest.raises(ClusterFailed, match="says no version"):
        await knows_native(cluster)
