"""The state in one SQLite file: for one machine, nothing to set up.

Strategy: statements run where they are called, on the event loop: they are indexed and take microseconds, and a hop to
a thread would cost ten times that. Only a durable commit, which waits for the disk, runs in a thread. One connection
writes, another one reads beside it (WAL).

Announcements are rows of a table in the same transaction. Within the process they are told right after the commit; what
other processes announced is seen by `PRAGMA data_version`, which changes when somebody has written.
"""

import asyncio
import contextlib
import secrets
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from sidecar.control.store.engine import Heard, Row, StoreFailed, Transaction, plain
from sidecar.control.store.hearing import Hearing

LOOK = 0.25  # seconds between two looks for what other processes announced
PATIENCE = 10.0  # seconds to wait for another process that writes
KEPT = 1_000  # announcements that stay for slower processes
_TABLE = (
    "CREATE TABLE IF NOT EXISTS announcements (id INTEGER PRIMARY KEY AUTOINCREMENT, origin TEXT, topic TEXT, "
    "payload TEXT)"
)


class SqliteEngine:
    """Open from the moment it is made until `close`; made inside a running event loop."""

    def __init__(self, path: Path) -> None:
        self._hearing = Hearing()
        self._turn = asyncio.Lock()
        self._origin = secrets.token_hex(8)
        with _failing():
            self._writer = _connected(path)
            self._writer.execute(_TABLE)
            self._reader = _connected(path)
            self._seen = int(self._reader.execute("SELECT coalesce(max(id), 0) FROM announcements").fetchone()[0])
        self._looking = asyncio.create_task(self._look())

    @asynccontextmanager
    async def transaction(self, durable: bool = True) -> AsyncIterator[Transaction]:
        async with self._turn:
            # In WAL mode NORMAL leaves the disk to the next checkpoint, or to the next commit that is FULL.
            self._writer.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            await self._begin()
            written = _Written(self._writer, self._origin)
            try:
                yield written
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._writer.rollback()
                raise
            await _to_its_end(asyncio.create_task(self._commit(written, durable)))

    async def rows(self, sql: str, *values: object) -> list[Row]:
        with _failing():
            return _rows(self._reader.execute(sql, plain(values)))

    async def listen(self, topic: str) -> Heard:
        return self._hearing.ear(topic)

    async def close(self) -> None:
        self._looking.cancel()
        await asyncio.wait((self._looking,))
        self._hearing.close()
        async with self._turn:
            self._writer.close()
            self._reader.close()

    async def _begin(self) -> None:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.Error as error:
                busy = isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
                if not busy or asyncio.get_running_loop().time() > deadline:
                    raise StoreFailed(f"SQLite: {error}") from error
            await asyncio.sleep(0.005)

    async def _commit(self, written: "_Written", durable: bool) -> None:
        try:
            with _failing():
                if durable:
                    await asyncio.to_thread(self._writer.commit)
                else:
                    self._writer.commit()  # waits for no disk
        except StoreFailed:
            with contextlib.suppress(sqlite3.Error):
                self._writer.rollback()
            raise
        for topic, payload in written.announced:
            self._hearing.tell(topic, payload)

    async def _look(self) -> None:
        version = None
        while True:
            await asyncio.sleep(LOOK)
            with contextlib.suppress(sqlite3.Error):
                now = self._reader.execute("PRAGMA data_version").fetchone()[0]
                if now != version:
                    self._hear()
                version = now

    def _hear(self) -> None:
        sql = "SELECT id, origin, topic, payload FROM announcements WHERE id > ? ORDER BY id"
        for number, origin, topic, payload in self._reader.execute(sql, (self._seen,)).fetchall():
            self._seen = number
            if origin != self._origin:
                self._hearing.tell(topic, payload)


class _Written:
    """A transaction under way."""

    def __init__(self, connection: sqlite3.Connection, origin: str) -> None:
        self._connection = connection
        self._origin = origin
        self.announced: list[tuple[str, str]] = []

    async def rows(self, sql: str, *values: object) -> list[Row]:
        with _failing():
            return _rows(self._connection.execute(sql, plain(values)))

    async def do(self, sql: str, *values: object) -> int:
        with _failing():
            return max(0, self._connection.execute(sql, plain(values)).rowcount)

    async def announce(self, topic: str, payload: str) -> None:
        with _failing():
            sql = "INSERT INTO announcements (origin, topic, payload) VALUES (?, ?, ?)"
            number = self._connection.execute(sql, (self._origin, topic, payload)).lastrowid or 0
            self._connection.execute("DELETE FROM announcements WHERE id <= ?", (number - KEPT,))
        self.announced.append((topic, payload))


def _connected(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=2)
    path.chmod(0o600)
    connection.execute("PRAGMA journal_mode = WAL")
    # A decision that was answered must stand after a power cut: every commit is on disk.
    connection.execute("PRAGMA synchronous = FULL")
    # From here on the event loop does the waiting for other processes.
    connection.execute("PRAGMA busy_timeout = 0")
    return connection


def _rows(cursor: sqlite3.Cursor) -> list[Row]:
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


async def _to_its_end(task: "asyncio.Task[None]") -> None:
    """Wait for it even if we are cancelled meanwhile: half-way through a commit there is no way back."""
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait((task,))
        raise


@contextlib.contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreFailed(f"SQLite: {error}") from error
