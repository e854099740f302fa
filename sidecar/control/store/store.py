"""The control plane's state, wherever it is kept.

    sqlite:///absolute/path     one file on this machine
    postgresql://...            shared by several control planes

Rule: only the services of `desk`, `tokens` and `web` speak to it, each to tables of its own.
"""

import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Self

from sidecar.control.store.engine import Engine, Heard, Row, StoreFailed, Transaction
from sidecar.control.store.migrate import migrate, shipped
from sidecar.control.store.sqlite import SqliteEngine

SQLITE = "sqlite:///"
POSTGRES = ("postgresql://", "postgres://")


class Store:
    """An open database with the tables of this version."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    async def open(cls, dsn: str) -> Self:
        """Open and migrate, or `StoreFailed`; safe from two replicas at once."""
        engine = await _engine(dsn)
        try:
            await migrate(engine, shipped(), time.time())
        except BaseException:
            await engine.close()
            raise
        return cls(engine)

    def transaction(self, durable: bool = True) -> AbstractAsyncContextManager[Transaction]:
        """Nobody else writes until it ends; all of it stands, or nothing. Not `durable`: a power cut may take it back,
        and nothing else; for what would be said again, such as a question that still waits."""
        return self._engine.transaction(durable)

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """A look that waits for no writer: for pages and lists."""
        return await self._engine.rows(sql, *values)

    async def listen(self, topic: str) -> Heard:
        """What any replica announces from now on. `MISSED`: look at everything again."""
        return await self._engine.listen(topic)

    async def close(self) -> None:
        await self._engine.close()


async def _engine(dsn: str) -> Engine:
    if dsn.startswith(SQLITE):
        return SqliteEngine(Path(dsn.removeprefix(SQLITE.removesuffix("/"))))
    if dsn.startswith(POSTGRES):
        from sidecar.control.store.postgres import PostgresEngine  # noqa: PLC0415  (only where it is used)

        return await PostgresEngine.opened(dsn)
    raise StoreFailed("a database is named as sqlite:///path or postgresql://user@host/name")
