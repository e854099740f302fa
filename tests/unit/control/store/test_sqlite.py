"""What only SQLite does: several processes over one file."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from sidecar.control.store.engine import StoreFailed
from sidecar.control.store.sqlite import KEPT, SqliteEngine


async def test_the_file_is_for_this_user_only(tmp_path: Path) -> None:
    engine = SqliteEngine(tmp_path / "deep" / "control.sqlite")
    assert (tmp_path / "deep" / "control.sqlite").stat().st_mode & 0o777 == 0o600
    assert await engine.rows("PRAGMA synchronous") == [{"synchronous": 2}]
    await engine.close()


async def test_a_writer_waits_for_another_process(tmp_path: Path) -> None:
    engine = SqliteEngine(tmp_path / "control.sqlite")
    other = sqlite3.connect(tmp_path / "control.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(_make(engine))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not waiting.done()
    other.execute("COMMIT")
    other.close()
    async with asyncio.timeout(10):
        await waiting
    await engine.close()


async def _make(engine: SqliteEngine) -> None:
    async with engine.transaction() as transaction:
        await transaction.do("CREATE TABLE a (id TEXT)")


async def test_only_the_latest_announcements_stay(tmp_path: Path) -> None:
    engine = SqliteEngine(tmp_path / "control.sqlite")
    async with engine.transaction() as transaction:
        for number in range(KEPT + 10):
            await transaction.announce("a", str(number))
    assert await engine.rows("SELECT count(*) AS n FROM announcements") == [{"n": KEPT}]
    await engine.close()


async def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "control.sqlite").write_bytes(b"something else" * 100)
    with pytest.raises(StoreFailed, match="not a database"):
        SqliteEngine(tmp_path / "control.sqlite")


async def test_a_full_disk_is_a_store_that_failed(tmp_path: Path) -> None:
    engine = SqliteEngine(tmp_path / "control.sqlite")
    await _make(engine)
    async with engine.transaction() as transaction:
        await transaction.do("PRAGMA max_page_count = 8")
    with pytest.raises(StoreFailed, match="full"):
        await _fill(engine)
    assert await engine.rows("SELECT * FROM a") == []
    await engine.close()


async def _fill(engine: SqliteEngine) -> None:
    async with engine.transaction() as transaction:
        for _ in range(100):
            await transaction.do("INSERT INTO a (id) VALUES (?)", "x" * 4_000)
