"""A store of each kind, empty, for whoever tests something that keeps state.

`dsn` names an empty database; `store` is open on it. Tests that use either run over SQLite and over PostgreSQL.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from sidecar.control.store.store import Store
from tests.postgres import Cluster, cluster


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def dsn(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    makes: dict[str, Callable[[], str]] = {
        "sqlite": lambda: f"sqlite:///{tmp_path}/control.sqlite",
        "postgresql": lambda: request.getfixturevalue("postgres").database(),
    }
    return makes[request.param]()


@pytest.fixture
async def store(dsn: str) -> AsyncIterator[Store]:
    opened = await Store.open(dsn)
    yield opened
    await opened.close()
