"""Deliveries as people see them, over both databases."""

import asyncio
from dataclasses import replace

import pytest

from sidecar.control.notify import rows
from sidecar.control.notify.deliveries import Deliveries, NoSuchDelivery, NotAgain
from sidecar.control.notify.outbox import TELL_FOR
from sidecar.control.notify.rows import OUTBOX, Row, State
from sidecar.control.store.store import Store
from sidecar.core.errors import RecordingFailed
from sidecar.settings.notify import Occasion
from tests.people import Clock, Kept

ROW = Row("nt_1", "ops", "slack", Occasion.OPENED, "tk_1", "{}", 10.0, 10.0, 1_000.0)
DEAD = replace(ROW, state=State.DEAD, tries=30, ended=900.0, said="503")


async def put(store: Store, *some: Row) -> None:
    async with store.transaction() as transaction:
        await rows.insert(transaction, some)


async def test_pages_show_each_once(store: Store) -> None:
    deliveries = Deliveries(store, Kept())
    # Several of the same instant: the place is told by the id as well.
    await put(store, *(replace(ROW, id=f"nt_{number:02}", made=10.0 + number // 4) for number in range(23)))
    seen, after = [], None
    for _ in range(9):
        page = await deliveries.list(after=after, most=5)
        seen += [row.id for row in page.rows]
        if (after := page.after) is None:
            break
    assert seen == [f"nt_{number:02}" for number in reversed(range(23))]


async def test_chosen(store: Store) -> None:
    deliveries = Deliveries(store, Kept())
    await put(store, ROW, replace(DEAD, id="nt_2"), replace(DEAD, id="nt_3", route="other"))
    assert {row.id for row in (await deliveries.list((State.DEAD,))).rows} == {"nt_2", "nt_3"}
    assert [row.id for row in (await deliveries.list((State.DEAD,), "other")).rows] == ["nt_3"]
    assert (await deliveries.list(route="nobody")).rows == ()
    assert dict(await deliveries.counts()) == {
        State.WAITING: 1,
        State.DELIVERED: 0,
        State.DEAD: 2,
        State.DROPPED: 0,
    }


@pytest.mark.parametrize("after", ["x", "x_y", "_", "1' OR 1=1 --"])
async def test_a_place_that_is_none_is_the_beginning(store: Store, after: str) -> None:
    await put(store, ROW)
    assert len((await Deliveries(store, Kept()).list(after=after)).rows) == 1


async def test_sent_again(store: Store) -> None:
    trail = Kept()
    heard = await store.listen(OUTBOX)
    await put(store, DEAD)
    deliveries = Deliveries(store, trail, Clock(5_000.0))
    await deliveries.again("nt_1", "company/root")
    (row,) = (await deliveries.list()).rows
    assert (row.state, row.due, row.tell_until, row.ended) == (State.WAITING, 5_000.0, 5_000.0 + TELL_FOR, None)
    assert row.tries == 0, "the pauses begin anew"
    assert trail.facts == [
        ("notified", {"notification": "nt_1", "route": "ops", "result": "again", "by": "company/root"})
    ]
    async with asyncio.timeout(5):
        assert [await anext(heard), await anext(heard)] == ["new", "again"]


AGAIN = (
    ("a dead letter", DEAD, True),
    ("one that fails and rests", replace(ROW, tries=3, said="503"), True),
    ("one that is on its way", replace(ROW, tries=1, holder="a"), False),
    ("one that nobody has tried yet", ROW, False),
    ("one that arrived", replace(ROW, state=State.DELIVERED), False),
    ("one that was overtaken", replace(ROW, state=State.DROPPED), False),
)


@pytest.mark.parametrize(("note", "row", "can"), AGAIN, ids=[one[0] for one in AGAIN])
async def test_what_can_be_sent_again(store: Store, note: str, row: Row, can: bool) -> None:
    await put(store, row)
    deliveries = Deliveries(store, Kept(), Clock())
    if can:
        await deliveries.again("nt_1", "x")
    else:
        with pytest.raises(NotAgain):
            await deliveries.again("nt_1", "x")
        assert (await deliveries.list()).rows == (row,)


async def test_no_such_delivery(store: Store) -> None:
    with pytest.raises(NoSuchDelivery, match="nt_9"):
        await Deliveries(store, Kept()).again("nt_9", "x")


async def test_what_cannot_be_recorded_is_not_sent_again(store: Store) -> None:
    await put(store, DEAD)
    deliveries = Deliveries(store, Kept(broken=True))
    with pytest.raises(RecordingFailed):
        await deliveries.again("nt_1", "x")
    assert (await deliveries.list()).rows == (DEAD,)
