"""What only PostgreSQL does: the server goes away and comes back, and a database without rights."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest

from sidecar.control.store.engine import MISSED, StoreFailed
from sidecar.control.store.postgres import CONNECTIONS, PostgresEngine
from sidecar.control.store.store import Store
from tests.postgres import Cluster, cluster


@pytest.fixture
def fragile() -> Iterator[Cluster]:
    """A server of the test's own, to take down."""
    with cluster() as running:
        yield running


async def test_the_server_goes_away_and_comes_back(fragile: Cluster) -> None:
    engine = await PostgresEngine.opened(fragile.database())
    ear = await engine.listen("a")
    assert await engine.rows("SELECT 1 AS one") == [{"one": 1}]
    await asyncio.to_thread(fragile.down)
    with pytest.raises(StoreFailed):
        await engine.rows("SELECT 1 AS one")
    await asyncio.to_thread(fragile.up)
    assert await engine.rows("SELECT 1 AS one") == [{"one": 1}]
    async with asyncio.timeout(20):
        assert await anext(ear) == MISSED
    async with engine.transaction() as transaction:
        await transaction.announce("a", "again")
    async with asyncio.timeout(10):
        assert await anext(ear) == "again"
    await engine.close()


async def test_a_connection_lost_in_a_transaction_is_not_used_again(postgres: Cluster) -> None:
    engine = await PostgresEngine.opened(postgres.database())
    with pytest.raises(StoreFailed):
        await _lost(engine)
    assert await engine.rows("SELECT 1 AS one") == [{"one": 1}]
    await engine.close()


async def _lost(engine: PostgresEngine) -> None:
    async with engine.transaction() as transaction:
        await transaction.rows("SELECT pg_terminate_backend(pg_backend_pid())")


async def test_more_questions_than_connections_wait_their_turn(postgres: Cluster) -> None:
    engine = await PostgresEngine.opened(postgres.database())
    asked = [engine.rows("SELECT ? AS number", str(number)) for number in range(CONNECTIONS * 3)]
    assert [row[0]["number"] for row in await asyncio.gather(*asked)] == [str(n) for n in range(CONNECTIONS * 3)]
    await engine.close()


async def test_without_rights_it_says_so(postgres: Cluster) -> None:
    name = postgres.database().partition("?")[0].rpartition("/")[2]
    with psycopg.connect(postgres.dsn(name), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE weak_{name} LOGIN".encode())
        connection.execute(b"REVOKE CREATE ON SCHEMA public FROM public")
    with pytest.raises(StoreFailed, match="permission denied"):
        await Store.open(postgres.dsn(name, f"weak_{name}"))
