"""A small API server for every test that wants one."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sidecar.control.admission.cluster import Cluster
from sidecar.settings.webhook import ClusterAccess
from tests.k8s.api_server import ApiServer, api_server

SETTINGS = "connections: [{name: claude}]\npolicies: [../policies/inline/*.yaml, ../policies/team-policies/*.yaml]\n"


@pytest.fixture
def access(tmp_path: Path) -> Iterator[tuple[ApiServer, ClusterAccess]]:
    with api_server(tmp_path) as made:
        yield made


@pytest.fixture
def api(access: tuple[ApiServer, ClusterAccess]) -> ApiServer:
    """With a release in it."""
    server = access[0]
    server.config_map("gatehouse", "gatehouse-sidecar", {"gatehouse.yaml": SETTINGS})
    server.config_map("gatehouse", "gatehouse-policies", {"a.yaml": "policy: a\n"})
    server.config_map("gatehouse", "team-policies", {"b.yaml": "policy: b\n"})
    server.config_map("gatehouse", "partner-keys", {"keys.json": "{}"})
    return server


@dataclass
class Waited:
    seconds: list[float]

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def waited() -> Waited:
    return Waited([])


@pytest.fixture
async def cluster(access: tuple[ApiServer, ClusterAccess], waited: Waited) -> AsyncIterator[Cluster]:
    made = Cluster(access[1], waited)
    yield made
    await made.close()
