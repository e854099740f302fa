"""The outbox's table: one holder at a time, and what arrived has arrived."""

from dataclasses import replace

from sidecar.control.notify import rows
from sidecar.control.notify.rows import OUTBOX, SELECT, Row, State, row_from
from sidecar.control.store.store import Store
from sidecar.settings.notify import Occasion

ROW = Row("nt_1", "ops", "slack", Occasion.OPENED, "tk_1", "{}", 10.0, 10.0, 1_000.0)


async def put(store: Store, *some: Row) -> None:
    async with store.transaction() as transaction:
        await rows.insert(transaction, some)


async def claim(store: Store, holder: str, now: float) -> Row | None:
    async with store.transaction() as transaction:
        return await rows.claim(transaction, "ops", holder, now, 60.0)


async def one(store: Store, identifier: str = "nt_1") -> Row:
    (found,) = await store.rows(f"{SELECT} WHERE id = ?", identifier)
    return row_from(found)


async def test_kept_as_it_was_and_announced(store: Store) -> None:
    heard = await store.listen(OUTBOX)
    await put(store, ROW, replace(ROW, id="nt_2"), replace(ROW, id="nt_3", route="other", said="x", ended=5.0))
    assert await one(store) == ROW
    assert (await one(store, "nt_3")).said == "x"
    assert await anext(heard) == "new", "once, however many"


async def test_nothing_to_put(store: Store) -> None:
    await put(store)
    assert await store.rows(SELECT) == []


async def test_claimed_by_one_until_its_lease_is_over(store: Store) -> None:
    await put(store, ROW)
    assert await claim(store, "a", 9.0) is None
    assert await claim(store, "a", 10.0) == ROW
    assert await claim(store, "b", 69.0) is None
    taken = await claim(store, "b", 70.0)
    assert taken == replace(ROW, tries=1, holder="a", due=70.0)


async def test_the_one_due_longest_comes_first(store: Store) -> None:
    await put(store, ROW, replace(ROW, id="nt_2", due=5.0), replace(ROW, id="nt_3", route="other", due=1.0))
    found = await claim(store, "a", 20.0)
    assert found is not None
    assert found.id == "nt_2"


async def test_who_lost_it_cannot_say_it_failed(store: Store) -> None:
    await put(store, ROW)
    for holder, now in (("a", 10.0), ("b", 70.0)):
        assert await claim(store, holder, now)
    async with store.transaction() as transaction:
        await rows.failed(transaction, ROW, "a", "too slow", 999.0)
        await rows.died(transaction, ROW, "a", "too slow", 999.0)
    assert (await one(store)).holder == "b"
    async with store.transaction() as transaction:
        await rows.failed(transaction, ROW, "b", "503", 90.0)
    assert await one(store) == replace(ROW, tries=2, said="503", due=90.0)


async def test_but_that_it_arrived(store: Store) -> None:
    await put(store, ROW)
    for holder, now in (("a", 10.0), ("b", 70.0)):
        assert await claim(store, holder, now)
    async with store.transaction() as transaction:
        await rows.delivered(transaction, "nt_1", "200", 80.0)
        await rows.failed(transaction, ROW, "b", "503", 90.0)
        await rows.died(transaction, ROW, "b", "503", 90.0)
    assert ((await one(store)).state, (await one(store)).said) == (State.DELIVERED, "200")


async def test_swept(store: Store) -> None:
    await put(
        store,
        replace(ROW, tell_until=50.0),
        replace(ROW, id="nt_2", tell_until=500.0),
        replace(ROW, id="nt_3", state=State.DELIVERED, ended=20.0),
        replace(ROW, id="nt_4", state=State.DEAD, ended=40.0),
        replace(ROW, id="nt_5", tell_until=50.0, due=120.0, holder="a"),
    )
    async with store.transaction() as transaction:
        await rows.swept(transaction, 100.0, 30.0)
    found = {row.id: row.state for row in map(row_from, await store.rows(SELECT))}
    assert found == {"nt_1": State.DEAD, "nt_2": State.WAITING, "nt_4": State.DEAD, "nt_5": State.WAITING}
    assert (await one(store)).said == "Its time was over before it could be sent."


async def test_overtaken(store: Store) -> None:
    some = [
        replace(ROW, id="a"),
        replace(ROW, id="b", kind="webhook"),
        replace(ROW, id="c", kind="webhook", occasion=Occasion.REMINDER),
        replace(ROW, id="d", occasion=Occasion.DECIDED),
        replace(ROW, id="e", about="tk_2"),
        replace(ROW, id="f", state=State.DELIVERED),
    ]
    await put(store, *some)
    async with store.transaction() as transaction:
        await rows.overtake(transaction, "tk_1", 50.0)
    found = {row.id for row in map(row_from, await store.rows(SELECT)) if row.state is State.DROPPED}
    assert found == {"a", "c"}
