"""One local ClickHouse for all tests in this folder, and a database of its own for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from sidecar.record.clickhouse.place import Place, connected
from sidecar.record.clickhouse.tables import prepare
from sidecar.settings.values import Database
from tests.clickhouse_server import Server, clickhouse


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with clickhouse(tmp_path_factory.mktemp("clickhouse")) as started:
        yield started


@pytest.fixture
def place(server: Server, tmp_path: Path) -> Place:
    """Nothing is there yet."""
    name = "".join(letter for letter in tmp_path.name if letter.isalnum())
    return Place(f"{server.url}/{name}")


@pytest.fixture
def client(place: Place) -> Iterator[Client]:
    """Of a database with all of its tables."""
    made = connected(place, create=True)
    prepare(made, place, Database())
    yield made
    made.close()
