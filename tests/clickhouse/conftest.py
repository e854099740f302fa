"""One real local ClickHouse for all of these: it takes two seconds and 400 MB to start."""

from collections.abc import Iterator

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client

from tests.clickhouse_server import Server, clickhouse


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with clickhouse(tmp_path_factory.mktemp("clickhouse")) as running:
        yield running


@pytest.fixture
def database(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database of the test's own, with a table `t`."""
    name = f"db_{abs(hash(request.node.nodeid))}"
    with connected(server) as client:
        client.command(f"CREATE DATABASE {name}")
        client.command(f"CREATE TABLE {name}.t (a UInt64, b String) ENGINE = MergeTree ORDER BY a")
        yield name
        client.command(f"DROP DATABASE {name}")


@pytest.fixture
def client(server: Server, database: str) -> Iterator[Client]:
    with connected(server, database) as one:
        yield one


def connected(server: Server, database: str | None = None, **options: object) -> Client:
    return clickhouse_connect.get_client(host="127.0.0.1", port=server.port, database=database, **options)
