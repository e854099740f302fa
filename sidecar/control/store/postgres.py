"""The state in PostgreSQL: several control planes side by side.

Strategy: a few connections, taken and given back; one more that only listens. A transaction begins with the writers'
lock of the whole database, so that writers queue across all replicas as they do in SQLite; a look takes no lock.

Rules:
- A connection on which anything went wrong is not used again.
- While the listening connection was away, announcements went by: when it is back every listener is told `MISSED`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, Self

import psycopg
from psycopg.rows import dict_row

from sidecar.control.store.engine import Heard, Row, StoreFailed, Transaction, plain
from sidecar.control.store.hearing import Hearing

CONNECTIONS = 6
CONNECT_WITHIN = 5
RETRY = (0.1, 0.5, 1.0, 2.0)  # seconds before the listening connection is made again; the last one from then on
CHANNEL = "gatehouse"
LOCK = 0x67617465686F7573  # "gatehous": the advisory lock of writers
_GAP = "\x1f"
Connection = psycopg.AsyncConnection[dict[str, Any]]


class PostgresEngine:
    """Open from `opened` until `close`."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._hearing = Hearing()
        self._idle: list[Connection] = []
        self._free = asyncio.Semaphore(CONNECTIONS)
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    async def opened(cls, dsn: str) -> Self:
        """Connected, so that a wrong DSN shows at once."""
        engine = cls(dsn)
        listener = await engine._listener()
        engine._listening = asyncio.create_task(engine._hear(listener))
        return engine

    @asynccontextmanager
    async def transaction(self, durable: bool = True) -> AsyncIterator[Transaction]:
        async with self._connection() as connection, connection.transaction():
            # The first statement: what is read after it was committed before it.
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            if not durable:
                await connection.execute("SET LOCAL synchronous_commit = off")
            yield _Written(connection)

    async def rows(self, sql: str, *values: object) -> list[Row]:
        async with self._connection() as connection:
            return await _rows(connection, sql, values)

    async def listen(self, topic: str) -> Heard:
        return self._hearing.ear(topic)

    async def close(self) -> None:
        if self._listening:
            self._listening.cancel()
            await asyncio.wait((self._listening,))
        self._hearing.close()
        while self._idle:
            await self._idle.pop().close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        async with self._free:
            with _failing():
                connection = await self._taken()
                try:
                    yield connection
                except BaseException:
                    if not _usable(connection):
                        await connection.close()
                    raise
                finally:
                    if _usable(connection):
                        self._idle.append(connection)

    async def _taken(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if _alive(connection):
                return connection
            await connection.close()
        return await self._connect()

    async def _connect(self) -> Connection:
        return await psycopg.AsyncConnection.connect(
            self._dsn,
            autocommit=True,
            row_factory=dict_row,
            connect_timeout=CONNECT_WITHIN,
            application_name="gatehouse",
        )

    async def _listener(self) -> Connection:
        with _failing():
            connection = await self._connect()
            await connection.execute(f"LISTEN {CHANNEL}")
            return connection

    async def _hear(self, connection: Connection) -> None:
        while True:
            try:
                async for heard in connection.notifies():
                    topic, _, payload = heard.payload.partition(_GAP)
                    self._hearing.tell(topic, payload)
            except psycopg.Error:
                pass
            finally:
                await connection.close()
            connection = await self._again()
            self._hearing.missed()

    async def _again(self) -> Connection:
        attempt = 0
        while True:
            await asyncio.sleep(RETRY[min(attempt, len(RETRY) - 1)])
            with contextlib.suppress(StoreFailed):
                return await self._listener()
            attempt += 1


class _Written:
    """A transaction under way."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def rows(self, sql: str, *values: object) -> list[Row]:
        with _failing():
            return await _rows(self._connection, sql, values)

    async def do(self, sql: str, *values: object) -> int:
        with _failing():
            cursor = await self._connection.execute(_dialect(sql), plain(values) or None)
            return max(0, cursor.rowcount)

    async def announce(self, topic: str, payload: str) -> None:
        await self.do("SELECT pg_notify(?, ?)", CHANNEL, f"{topic}{_GAP}{payload}")


async def _rows(connection: Connection, sql: str, values: tuple[object, ...]) -> list[Row]:
    cursor = await connection.execute(_dialect(sql), plain(values) or None)
    return list(await cursor.fetchall())


def _dialect(sql: str) -> bytes:
    # Without values psycopg reads no placeholders and no escapes.
    return (sql.replace("%", "%%").replace("?", "%s") if "?" in sql else sql).encode()


def _usable(connection: Connection) -> bool:
    idle = psycopg.pq.TransactionStatus.IDLE
    return not connection.closed and connection.info.transaction_status == idle


def _alive(connection: Connection) -> bool:
    """A server that went away has closed the socket; only a read shows it."""
    if not _usable(connection):
        return False
    try:
        connection.pgconn.consume_input()
    except psycopg.Error:
        return False
    return connection.pgconn.status == psycopg.pq.ConnStatus.OK


@contextlib.contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise StoreFailed(f"PostgreSQL: {str(error).strip() or type(error).__name__}") from error
