"""Steps are applied once, in order, and a newer database is left alone."""

import asyncio

import pytest

from sidecar.control.store.migrate import Newer, Step, migrate, shipped, statements
from sidecar.control.store.store import Store

ONE = Step("001_one", ("CREATE TABLE one (id TEXT)",))
TWO = Step("002_two", ("CREATE TABLE two (id TEXT)", "INSERT INTO two VALUES ('x')"))


def test_statements_end_with_a_semicolon_at_the_end_of_a_line() -> None:
    text = "-- words; more\nCREATE TABLE a (\n  id TEXT -- ;x\n);\n\nINSERT INTO a VALUES ('a;b');\n"
    assert statements(text) == ("CREATE TABLE a (\n  id TEXT -- ;x\n)", "INSERT INTO a VALUES ('a;b')")


def test_the_shipped_steps_are_numbered_without_a_gap() -> None:
    assert [int(step.name[:3]) for step in shipped()] == sorted({int(step.name[:3]) for step in shipped()})
    assert shipped()[0].name == "001_tickets"


async def test_each_step_once(store: Store) -> None:
    ours = shipped()
    assert await migrate(store, ours, 1.0) == ()
    assert await migrate(store, [*ours, Step("901_one", ONE.statements)], 2.0) == ("901_one",)
    assert await migrate(store, [*ours, Step("901_one", ONE.statements)], 3.0) == ()


async def test_a_step_that_fails_leaves_nothing(store: Store) -> None:
    broken = Step("902_broken", ("CREATE TABLE half (id TEXT)", "nonsense"))
    with pytest.raises(Exception, match="nonsense"):
        await migrate(store, [*shipped(), broken], 1.0)
    with pytest.raises(Exception, match="half"):
        await store.rows("SELECT * FROM half")


async def test_a_newer_database_is_refused(dsn: str) -> None:
    store = await Store.open(dsn)
    await migrate(store, [*shipped(), TWO], 1.0) if TWO.name not in {s.name for s in shipped()} else None
    async with store.transaction() as transaction:
        await transaction.do("INSERT INTO gatehouse_steps (name, at) VALUES (?, ?)", "999_future", 1.0)
    await store.close()
    with pytest.raises(Newer, match="999_future"):
        await Store.open(dsn)


async def test_two_replicas_start_at_once(dsn: str) -> None:
    replicas = await asyncio.gather(*(Store.open(dsn) for _ in range(4)))
    names = await replicas[0].rows("SELECT name FROM gatehouse_steps ORDER BY name")
    assert [row["name"] for row in names] == [step.name for step in shipped()]
    for replica in replicas:
        await replica.close()
