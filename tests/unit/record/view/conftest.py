"""A local ClickHouse with a record of some thousand calls of a month, made by the database itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bench.console_record import fill
from sidecar.record.clickhouse.place import Place, connected
from sidecar.record.clickhouse.tables import prepare
from sidecar.record.view.ledger import Ledger
from sidecar.settings.values import Database, Price
from tests.clickhouse_server import clickhouse

EXCHANGES = 3_000
UNTIL = datetime(2026, 3, 31, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=30)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with clickhouse(tmp_path_factory.mktemp("view")) as server:
        yield Place(f"{server.url}/gatehouse")


@pytest.fixture(scope="session")
def ledger(place: Place) -> Iterator[Ledger]:
    with connected(place, create=True) as client:
        prepare(client, place, Database(prices=(Price("claude-*", 3, 15, 0.3, 3.75),)))
        fill(client, EXCHANGES, f"{UNTIL:%F %T}")
    made = Ledger(place)
    yield made
    made.close()
