"""Questions to the API server, over TLS, against a small one."""

from pathlib import Path

import pytest

from sidecar.control.admission.cluster import Cluster, ClusterFailed
from sidecar.settings.webhook import ClusterAccess
from tests.k8s.api_server import ApiServer
from tests.unit.control.admission.conftest import Waited

PATH = "/api/v1/namespaces/agents/configmaps"


async def test_a_life_of_an_object(api: ApiServer, cluster: Cluster) -> None:
    made = {"metadata": {"name": "a"}, "data": {"k": "1"}}
    assert await cluster.get(f"{PATH}/a") is None
    assert await cluster.create(PATH, made) is not None
    assert await cluster.create(PATH, made) is None
    found = await cluster.get(f"{PATH}/a")
    assert found is not None
    assert await cluster.replace(f"{PATH}/a", {**found, "data": {"k": "2"}}) is not None
    assert await cluster.replace(f"{PATH}/a", {**found, "data": {"k": "3"}}) is None
    await cluster.patch(f"{PATH}/a", [{"op": "add", "path": "/data/l", "value": "4"}])
    assert api.config_map("agents", "a")["data"] == {"k": "2", "l": "4"}


async def test_what_is_away_for_a_moment_is_asked_again(api: ApiServer, cluster: Cluster, waited: Waited) -> None:
    api.failing = 2
    assert await cluster.get("/version") == api.version
    assert waited.seconds == [0.05, 0.2]


async def test_and_not_for_ever(api: ApiServer, cluster: Cluster) -> None:
    api.failing = 99
    with pytest.raises(ClusterFailed, match="GET /version: 503"):
        await cluster.get("/version")
    assert len(api.asked) == 3


async def test_who_may_not_is_told_at_once(
    access: tuple[ApiServer, ClusterAccess], cluster: Cluster, api: ApiServer
) -> None:
    access[1].token_file.write_text("another")
    with pytest.raises(ClusterFailed, match="401 Unauthorized"):
        await cluster.get("/version")
    assert len(api.asked) == 1


async def test_the_token_is_read_anew(access: tuple[ApiServer, ClusterAccess], cluster: Cluster) -> None:
    access[1].token_file.unlink()
    with pytest.raises(ClusterFailed, match="token"):
        await cluster.get("/version")


async def test_an_unknown_authority_is_not_believed(
    access: tuple[ApiServer, ClusterAccess], tmp_path: Path, waited: Waited
) -> None:
    stranger = Cluster(ClusterAccess(access[1].url, access[1].token_file, None), waited)
    with pytest.raises(ClusterFailed, match="ConnectError"):
        await stranger.get("/version")
    await stranger.close()
