"""The outbox over both databases: written with what happened, for those who want it, or not at all."""

from dataclasses import replace

import pytest

from sidecar.control.desk.blocks import Blocks
from sidecar.control.desk.tickets import Tickets
from sidecar.control.notify.deliveries import Deliveries
from sidecar.control.notify.news import read
from sidecar.control.notify.outbox import TELL_FOR, Outbox, fits
from sidecar.control.notify.rows import Row, State
from sidecar.control.store.store import Store
from sidecar.core.approval.ticket import USE_WITHIN
from sidecar.core.errors import RecordingFailed
from sidecar.core.model.block import Target
from sidecar.core.model.hold import Terms
from sidecar.settings.notify import Occasion, Route, Slack
from tests.people import ANN, ASKED, BEN, Clock, Kept, asked
from tests.unit.control.notify.told import SECRET, TICKET, route

CHAT = route("chat", Slack(SECRET))
BOOKS = route("books")
FITS = (
    ("nothing named: all", {}, {}, True),
    ("its rule", {"rules": ("destructive",)}, {}, True),
    ("by a pattern", {"rules": ("other", "destr*")}, {}, True),
    ("with its policy", {"rules": ("engineering/*",)}, {}, True),
    ("of another policy", {"rules": ("sales/*",)}, {}, False),
    ("another rule", {"rules": ("other",)}, {}, False),
    ("not by a part of its name", {"rules": ("destruct",)}, {}, False),
    ("one of its groups", {"approvers": ("dba", "sre")}, {}, True),
    ("another group", {"approvers": ("dba",)}, {}, False),
    ("a call that anybody decides on", {"approvers": ("dba",)}, {"terms": Terms()}, True),
    ("both have to fit", {"approvers": ("sre",), "rules": ("other",)}, {}, False),
)


@pytest.mark.parametrize(("note", "chosen", "call", "fitting"), FITS, ids=[one[0] for one in FITS])
def test_who_is_told(note: str, chosen: dict[str, object], call: dict[str, object], fitting: bool) -> None:
    changed = replace(TICKET, asked=replace(ASKED, **call))  # type: ignore[arg-type]
    assert fits(route(**chosen), changed) is fitting


class Desk:
    def __init__(self, store: Store, *routes: Route) -> None:
        self.clock, self.trail = Clock(), Kept()
        outbox = Outbox(routes)
        self.tickets = Tickets(store, self.trail, outbox=outbox, clock=self.clock)
        self.blocks = Blocks(store, self.trail, outbox=outbox, clock=self.clock)
        self._deliveries = Deliveries(store, self.trail)

    async def rows(self) -> list[Row]:
        return sorted((await self._deliveries.list()).rows, key=lambda row: (row.made, row.route, row.occasion))

    async def told(self) -> list[tuple[str, str, str]]:
        return [(row.route, row.occasion, row.state.value) for row in await self.rows()]


async def test_a_ticket_that_opens(store: Store) -> None:
    desk = Desk(store, BOOKS)
    ticket = await desk.tickets.open(asked())
    assert await desk.tickets.open(asked(id="again")) == ticket, "and is not told again"
    first, later = await desk.rows()
    assert (first.occasion, first.due, first.tell_until) == (Occasion.OPENED, 1_000.0, 1_000.0 + TELL_FOR)
    assert (later.occasion, later.due, later.tell_until) == (Occasion.REMINDER, 1_300.0, 1_600.0)
    assert (first.about, read(first.news).about, first.kind, first.state) == (
        ticket.id,
        ticket.id,
        "webhook",
        "waiting",
    )


async def test_a_decision_overtakes_the_question(store: Store) -> None:
    desk = Desk(store, BOOKS, CHAT)
    ticket = await desk.tickets.open(asked())
    desk.clock.now = 1_100.0
    await desk.tickets.decide(ticket.id, ANN, False, "No.")
    assert await desk.told() == [
        ("books", "opened", "waiting"),
        ("books", "reminder", "dropped"),
        ("chat", "opened", "dropped"),
        ("chat", "reminder", "dropped"),
        ("books", "decided", "waiting"),
        ("chat", "decided", "waiting"),
    ]
    assert read((await desk.rows())[-1].news).call.state == "denied"  # type: ignore[union-attr]


async def test_one_yes_of_two_is_no_decision_yet(store: Store) -> None:
    desk = Desk(store, CHAT)
    ticket = await desk.tickets.open(asked(terms=Terms(("sre",), 2)))
    await desk.tickets.decide(ticket.id, ANN, True)
    assert {state for _, _, state in await desk.told()} == {"waiting"}
    await desk.tickets.decide(ticket.id, BEN, True)
    assert ("chat", "decided", "waiting") in await desk.told()
    await desk.tickets.take(ticket.id, "ask_1")
    assert len(await desk.told()) == 3, "that it was used is told to nobody"


async def test_time_and_those_who_leave(store: Store) -> None:
    desk = Desk(store, CHAT)
    await desk.tickets.open(asked(1))
    await desk.tickets.open(asked(2))
    await desk.tickets.withdraw("ask_2")
    desk.clock.now = 1_600.0
    await desk.tickets.expire_due()
    told = await desk.told()
    assert told.count(("chat", "expired", "waiting")) == 1
    assert told.count(("chat", "opened", "dropped")) == 2


async def test_an_approval_that_nobody_came_for(store: Store) -> None:
    desk = Desk(store, CHAT)
    ticket = await desk.tickets.open(asked())
    await desk.tickets.decide(ticket.id, ANN, True)
    desk.clock.now += USE_WITHIN
    await desk.tickets.expire_due()
    assert [occasion for _, occasion, _ in await desk.told()][-1] == "expired"


async def test_only_when_it_is_wanted(store: Store) -> None:
    desk = Desk(store, route("a", when=frozenset({Occasion.DECIDED})), route("b", rules=("other",)))
    ticket = await desk.tickets.open(asked())
    assert await desk.told() == []
    await desk.tickets.decide(ticket.id, ANN, True)
    assert await desk.told() == [("a", "decided", "waiting")]


async def test_texts_only_for_those_who_may_have_them(store: Store) -> None:
    desk = Desk(store, route("bare"), route("full", content=True))
    await desk.tickets.open(asked())
    assert {row.route for row in await desk.rows() if "rm -rf" in row.news} == {"full"}


async def test_blocks(store: Store) -> None:
    desk = Desk(store, BOOKS, route("calls", when=frozenset({Occasion.OPENED})))
    block = await desk.blocks.put(Target.AGENT, "crawler", "It loops.", "company/ann")
    await desk.blocks.put(Target.AGENT, "crawler", "It loops.", "company/ann")
    desk.clock.now += 1
    await desk.blocks.lift(block.id, "company/ben")
    assert await desk.told() == [("books", "blocked", "waiting"), ("books", "lifted", "waiting")]
    assert [read(row.news).stop.by for row in await desk.rows()] == ["company/ann", "company/ben"]  # type: ignore[union-attr]


async def test_what_did_not_happen_is_not_told(store: Store) -> None:
    desk = Desk(store, BOOKS)
    ticket = await desk.tickets.open(asked())
    desk.trail.broken = True
    with pytest.raises(RecordingFailed):
        await desk.tickets.decide(ticket.id, ANN, False, "No.")
    with pytest.raises(RecordingFailed):
        await desk.blocks.put(Target.ALL, "", "Stop.", "a")
    assert {row.occasion for row in await desk.rows()} == {Occasion.OPENED, Occasion.REMINDER}
    assert {row.state for row in await desk.rows()} == {State.WAITING}


async def test_without_routes_nothing_is_written(store: Store) -> None:
    desk = Desk(store)
    ticket = await desk.tickets.open(asked())
    await desk.tickets.decide(ticket.id, ANN, True)
    assert await desk.rows() == []
