"""The store over both databases: all or nothing, one writer at a time, everybody hears."""

import asyncio
from pathlib import Path

import pytest

from sidecar.control.store.engine import StoreFailed
from sidecar.control.store.store import Store

PUT = "INSERT INTO anchors (digest, chain, count, line, at) VALUES (?, ?, ?, ?, ?)"


async def put(store: Store, digest: str, number: int = 1) -> None:
    async with store.transaction() as transaction:
        assert await transaction.do(PUT, digest, "100%", number, "what?", 1.5) == 1


async def test_what_was_written_is_read(store: Store) -> None:
    await put(store, "a")
    assert await store.rows("SELECT * FROM anchors WHERE chain LIKE '%' AND digest = ?", "a") == [
        {"digest": "a", "chain": "100%", "count": 1, "line": "what?", "at": 1.5}
    ]


async def test_nothing_stands_of_what_failed(store: Store) -> None:
    async def half() -> None:
        async with store.transaction() as transaction:
            await transaction.do(PUT, "a", "c", 1, "l", 1.0)
            await transaction.announce("x", "never")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await half()
    assert await store.rows("SELECT * FROM anchors") == []
    await put(store, "b")
    assert len(await store.rows("SELECT * FROM anchors")) == 1


async def test_what_the_database_refuses_is_a_store_that_failed(store: Store) -> None:
    await put(store, "a")
    with pytest.raises(StoreFailed):
        await put(store, "a")
    with pytest.raises(StoreFailed):
        await store.rows("SELECT * FROM nothing_of_that_name")
    await put(store, "b")


async def test_writers_run_one_after_the_other(dsn: str) -> None:
    """Two replicas; without the lock they would read the same number and one of the sums would be lost."""
    replicas = [await Store.open(dsn), await Store.open(dsn)]
    await put(replicas[0], "sum", 0)

    async def add(store: Store) -> None:
        async with store.transaction() as transaction:
            row = (await transaction.rows("SELECT count FROM anchors WHERE digest = ?", "sum"))[0]
            await asyncio.sleep(0)
            count = row["count"]
            assert isinstance(count, int)
            await transaction.do("UPDATE anchors SET count = ? WHERE digest = ?", count + 1, "sum")

    await asyncio.gather(*(add(replicas[number % 2]) for number in range(40)))
    assert await replicas[0].rows("SELECT count FROM anchors") == [{"count": 40}]
    for replica in replicas:
        await replica.close()


async def test_every_replica_hears_what_stands(dsn: str) -> None:
    one, two = await Store.open(dsn), await Store.open(dsn)
    ears = [await one.listen("blocks"), await two.listen("blocks")]
    other = await two.listen("tickets")
    async with one.transaction() as transaction:
        await transaction.announce("blocks", "first")
    async with two.transaction() as transaction:
        await transaction.announce("blocks", "second")
        await transaction.announce("tickets", "third")
    async with asyncio.timeout(10):
        assert [sorted([await anext(ear), await anext(ear)]) for ear in ears] == [["first", "second"]] * 2
        assert await anext(other) == "third"
    await one.close()
    await two.close()
    with pytest.raises(StopAsyncIteration):
        await anext(ears[0])


async def test_a_cancelled_writer_leaves_the_store_usable(store: Store) -> None:
    began = asyncio.Event()

    async def stuck() -> None:
        async with store.transaction() as transaction:
            await transaction.do(PUT, "a", "c", 1, "l", 1.0)
            began.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(stuck())
    await began.wait()
    task.cancel()
    await asyncio.wait((task,))
    await put(store, "a")
    assert len(await store.rows("SELECT * FROM anchors")) == 1


@pytest.mark.parametrize("dsn", ["mysql://x", "sqlite:", "control.sqlite"])
async def test_an_unknown_dsn_says_what_is_known(dsn: str) -> None:
    with pytest.raises(StoreFailed, match="sqlite:///path or postgresql://"):
        await Store.open(dsn)


async def test_a_database_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="PostgreSQL: "):
        await Store.open(f"postgresql://nobody@/x?host={tmp_path}")
    (tmp_path / "file").touch()
    with pytest.raises(StoreFailed, match="SQLite: "):
        await Store.open(f"sqlite:///{tmp_path}/file/control.sqlite")
