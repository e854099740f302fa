"""The sender over both databases: at least once, by one of several, and until a day is over."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from itertools import count

import pytest

from sidecar.control.notify import rows
from sidecar.control.notify.news import News, text
from sidecar.control.notify.outbox import TELL_FOR
from sidecar.control.notify.outcome import Outcome
from sidecar.control.notify.rows import SELECT, Row, State, row_from
from sidecar.control.notify.sender import LEASE, Chance, Sender
from sidecar.control.store.store import Store
from sidecar.core.errors import RecordingFailed
from sidecar.settings.notify import Occasion, Route
from tests.people import Clock, Kept
from tests.unit.control.notify.told import news, route

OPS = route("ops")
TAKEN, BUSY, NEVER = Outcome(True, "200 OK"), Outcome(False, "503"), Outcome(False, "410", final=True)


@dataclass
class Other:
    """A destination: answers with `says` in turn, the last one for ever."""

    says: list[Outcome] = field(default_factory=lambda: [TAKEN])
    sent: list[tuple[str, str]] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    async def __call__(self, to: Route, identifier: str, _: News) -> Outcome:
        self.sent.append((to.name, identifier))
        self.meanwhile()
        return self.says.pop(0) if len(self.says) > 1 else self.says[0]


class Desk:
    def __init__(self, store: Store, *routes: Route, other: Other | None = None) -> None:
        self.store, self.clock, self.trail = store, Clock(), Kept()
        self.other = other or Other()
        self.sender = self.replica(*routes)

    def replica(self, *routes: Route) -> Sender:
        numbers = count()
        chance = Chance(self.clock, lambda: 0.5, lambda: f"holder {next(numbers)}")
        return Sender(self.store, self.trail, routes or (OPS,), self.other, chance=chance)

    async def put(self, identifier: str = "nt_1", **changes: object) -> None:
        row = Row(
            identifier, "ops", "slack", Occasion.OPENED, "tk_1", text(news()), 1_000.0, 1_000.0, 1_000.0 + TELL_FOR
        )
        async with self.store.transaction() as transaction:
            await rows.insert(transaction, [replace(row, **changes)])  # type: ignore[arg-type]

    async def row(self, identifier: str = "nt_1") -> Row:
        (found,) = await self.store.rows(f"{SELECT} WHERE id = ?", identifier)
        return row_from(found)

    def results(self) -> list[object]:
        return [fact["result"] for kind, fact in self.trail.facts if kind == "notified"]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


async def test_delivered_once(desk: Desk) -> None:
    await desk.put()
    assert await desk.sender.step(OPS)
    assert not await desk.sender.step(OPS)
    row = await desk.row()
    assert (row.state, row.said, row.tries, row.ended, row.holder) == (State.DELIVERED, "200 OK", 1, 1_000.0, None)
    assert desk.other.sent == [("ops", "nt_1")]
    assert desk.results() == ["sending", "delivered"]
    assert desk.trail.facts[0][1] == {
        "notification": "nt_1", "route": "ops", "to": "slack", "occasion": "opened", "about": "tk_1", "tries": 1,
        "result": "sending",
    }  # fmt: skip


async def test_again_later_and_later(desk: Desk) -> None:
    desk.other.says = [BUSY, BUSY, TAKEN]
    await desk.put()
    for pause in (5.0, 10.0):
        assert await desk.sender.step(OPS)
        assert not await desk.sender.step(OPS), "not before its time"
        row = await desk.row()
        assert (row.state, row.said, row.due) == (State.WAITING, "503", desk.clock.now + pause)
        desk.clock.now += pause
    assert await desk.sender.step(OPS)
    assert (await desk.row()).state is State.DELIVERED
    assert {identifier for _, identifier in desk.other.sent} == {"nt_1"}


async def test_not_before_the_destination_wants_it(desk: Desk) -> None:
    desk.other.says = [replace(BUSY, wait=600.0)]
    await desk.put()
    await desk.sender.step(OPS)
    assert (await desk.row()).due == 1_600.0


async def test_after_a_day_it_is_a_dead_letter(desk: Desk) -> None:
    desk.other.says = [BUSY]
    await desk.put()
    while (await desk.row()).state is State.WAITING:
        desk.clock.now = (await desk.row()).due
        assert await desk.sender.step(OPS)
    row = await desk.row()
    assert (row.state, row.said) == (State.DEAD, "503")
    assert 25 < row.tries < 40
    assert row.ended is not None
    assert row.ended <= 1_000.0 + TELL_FOR
    assert desk.results()[-1] == "dead"


async def test_what_would_never_be_taken_is_dead_at_once(desk: Desk) -> None:
    desk.other.says = [NEVER]
    await desk.put()
    await desk.sender.step(OPS)
    assert ((await desk.row()).state, (await desk.row()).tries) == (State.DEAD, 1)


async def test_too_late_to_be_sent_at_all(desk: Desk) -> None:
    await desk.put(tell_until=999.0)
    await desk.sender.step(OPS)
    assert ((await desk.row()).state, desk.other.sent) == (State.DEAD, [])


async def test_a_reminder_waits_for_its_time(desk: Desk) -> None:
    await desk.put(due=1_300.0)
    assert not await desk.sender.step(OPS)
    desk.clock.now = 1_300.0
    assert await desk.sender.step(OPS)


async def test_what_cannot_be_recorded_is_not_sent(desk: Desk) -> None:
    desk.trail.broken = True
    await desk.put()
    assert await desk.sender.step(OPS)
    assert (desk.other.sent, (await desk.row()).state) == ([], State.WAITING)
    desk.trail.broken = False
    desk.clock.now += 5.0
    await desk.sender.step(OPS)
    assert (await desk.row()).state is State.DELIVERED


async def test_an_end_that_cannot_be_recorded_is_an_end(desk: Desk) -> None:
    desk.other.meanwhile = lambda: setattr(desk.trail, "broken", True)
    await desk.put()
    await desk.sender.step(OPS)
    assert ((await desk.row()).state, desk.results()) == (State.DELIVERED, ["sending"])
    with pytest.raises(RecordingFailed):
        await desk.trail.record("x", {})


async def test_what_another_version_wrote_stops_nothing(desk: Desk) -> None:
    await desk.put(news="{}")
    await desk.put("nt_2", due=1_000.5)
    desk.clock.now = 1_001.0
    assert await desk.sender.step(OPS)
    assert await desk.sender.step(OPS)
    assert ((await desk.row()).state, (await desk.row("nt_2")).state) == (State.DEAD, State.DELIVERED)


async def test_an_occasion_of_a_newer_version_stops_nothing(desk: Desk) -> None:
    await desk.put(occasion="flown", news=text(news()).replace('"opened"', '"flown"', 1))
    assert await desk.sender.step(OPS)
    assert ((await desk.row()).state, (await desk.row()).occasion, desk.other.sent) == (State.DEAD, "flown", [])


async def test_who_dies_with_it_leaves_it_to_the_next(desk: Desk) -> None:
    await desk.put()
    async with desk.store.transaction() as transaction:
        assert await rows.claim(transaction, "ops", "the dead one", desk.clock.now, LEASE)
    assert not await desk.sender.step(OPS)
    desk.clock.now += LEASE
    assert await desk.sender.step(OPS)
    assert ((await desk.row()).state, (await desk.row()).tries) == (State.DELIVERED, 2)


async def test_of_several_replicas_one_sends_it(dsn: str) -> None:
    stores = [await Store.open(dsn), await Store.open(dsn)]
    other = Other()
    desks = [Desk(store, other=other) for store in stores]
    for number in range(20):
        await desks[number % 2].put(f"nt_{number}", due=900.0 + number)

    async def all_of(desk: Desk) -> None:
        while await desk.sender.step(OPS):
            pass

    await asyncio.gather(*(all_of(desk) for desk in (*desks, *desks)))
    assert sorted(identifier for _, identifier in other.sent) == sorted(f"nt_{number}" for number in range(20))
    for store in stores:
        await store.close()


@pytest.fixture
async def running() -> AsyncIterator[list["asyncio.Task[None]"]]:
    tasks: list[asyncio.Task[None]] = []
    yield tasks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_woken_by_what_another_process_writes(dsn: str, running: list["asyncio.Task[None]"]) -> None:
    """And one destination that hangs holds up nobody else."""
    near, far = await Store.open(dsn), await Store.open(dsn)
    arrived, hung = asyncio.Event(), asyncio.Event()

    async def deliver(to: Route, _: str, __: News) -> Outcome:
        if to.name == "slow":
            hung.set()
            await asyncio.Event().wait()
        arrived.set()
        return TAKEN

    slow = route("slow")
    clock = Clock()
    running.append(asyncio.create_task(Sender(near, Kept(), (slow, OPS), deliver, chance=Chance(clock)).run()))
    desk = Desk(far)
    async with asyncio.timeout(10):
        while not hung.is_set():
            await desk.put(f"nt_slow_{len(await far.rows(SELECT))}", route="slow")
            await asyncio.wait((asyncio.ensure_future(hung.wait()),), timeout=1)
        await desk.put("nt_ops")
        await arrived.wait()
    running[0].cancel()
    await asyncio.wait(running)
    await near.close()
    await far.close()


async def test_it_sweeps(desk: Desk, running: list["asyncio.Task[None]"]) -> None:
    await desk.put(route="no longer configured", tell_until=900.0)
    await desk.put("nt_old", state=State.DELIVERED, ended=desk.clock.now - 40 * 86_400)
    running.append(asyncio.create_task(desk.sender.run()))
    async with asyncio.timeout(10):
        while (await desk.row()).state is State.WAITING:
            await asyncio.wait((running[0],), timeout=0.02)
    assert len(await desk.store.rows(SELECT)) == 1
