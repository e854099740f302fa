"""Tickets over both databases: one question one answer, whoever decides when and where."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from sidecar.control.desk.ticket_rows import NoSuchTicket
from sidecar.control.desk.tickets import TICKETS, Tickets, TooMany
from sidecar.control.person import Person
from sidecar.control.store.store import Store
from sidecar.core.approval.answer import Outcome
from sidecar.core.approval.ticket import USE_WITHIN, NotAllowed, State
from sidecar.core.errors import RecordingFailed
from sidecar.core.model.hold import Terms
from tests.people import ANN, BEN, DEV, Clock, Kept, asked


@dataclass
class Desk:
    tickets: Tickets
    trail: Kept
    clock: Clock


@pytest.fixture
def desk(store: Store) -> Desk:
    trail, clock = Kept(), Clock()
    return Desk(Tickets(store, trail, clock=clock), trail, clock)


@pytest.fixture
async def replicas(dsn: str) -> AsyncIterator[list[Tickets]]:
    stores = [await Store.open(dsn), await Store.open(dsn)]
    yield [Tickets(store, Kept(), clock=Clock()) for store in stores]
    for store in stores:
        await store.close()


async def test_a_ticket_keeps_all_that_was_asked(desk: Desk) -> None:
    ticket = await desk.tickets.open(asked())
    assert ticket.deadline == desk.clock.now + 600.0
    assert (await desk.tickets.get(ticket.id)).asked == asked()
    assert await desk.tickets.pending() == 1
    assert await desk.tickets.take(ticket.id, "ask_1") is None


async def test_asked_again_it_is_the_same_ticket(desk: Desk) -> None:
    first = await desk.tickets.open(asked())
    desk.clock.now += 10
    assert await desk.tickets.open(asked()) == first
    assert await desk.tickets.open(asked(id="ask_other")) == first, "a retry with the same fingerprint"
    assert (await desk.tickets.open(asked(2))).id != first.id
    assert await desk.tickets.pending() == 2


async def test_an_approval_lets_one_question_go_however_often_it_asks(desk: Desk) -> None:
    ticket = await desk.tickets.open(asked())
    await desk.tickets.open(asked(id="ask_other"))
    await desk.tickets.decide(ticket.id, ANN, True, "fine")
    answers = [await desk.tickets.take(ticket.id, "ask_1") for _ in range(3)]
    assert [answer.outcome for answer in answers if answer] == [Outcome.APPROVED] * 3
    assert await desk.tickets.take(ticket.id, "ask_other") is None
    assert (await desk.tickets.open(asked())).id == ticket.id
    assert (await desk.tickets.open(asked(id="ask_other"))).id != ticket.id, "one yes, one call"


async def test_what_was_decided_is_in_the_trail_first(desk: Desk) -> None:
    ticket = await desk.tickets.open(asked())
    desk.trail.broken = True
    with pytest.raises(RecordingFailed):
        await desk.tickets.decide(ticket.id, ANN, True)
    assert (await desk.tickets.get(ticket.id)).decisions == ()
    desk.trail.broken = False
    await desk.tickets.decide(ticket.id, ANN, False, "not today")
    [(kind, fact)] = desk.trail.facts
    assert (kind, fact["ticket"], fact["subject"], fact["yes"], fact["rationale"], fact["state"]) == (
        "approval_decided_by", ticket.id, "ann", False, "not today", "denied",
    )  # fmt: skip


NOT_ALLOWED: list[tuple[str, Person, str]] = [
    ("own call", DEV, "own call"),
    ("no longer in the group", replace(ANN, groups=frozenset()), "somebody of sre"),
    ("no longer a reviewer", replace(ANN, roles=frozenset()), "Only reviewers"),
]


@pytest.mark.parametrize(("note", "person", "why"), NOT_ALLOWED, ids=[case[0] for case in NOT_ALLOWED])
async def test_who_the_person_is_now_counts(desk: Desk, note: str, person: Person, why: str) -> None:
    ticket = await desk.tickets.open(asked())
    with pytest.raises(NotAllowed, match=why):
        await desk.tickets.decide(ticket.id, person, True)
    assert desk.trail.facts == []


async def test_a_decision_on_an_expired_ticket(desk: Desk) -> None:
    ticket = await desk.tickets.open(asked(terms=Terms(timeout=5.0)))
    desk.clock.now += 5
    with pytest.raises(NotAllowed, match="has expired"):
        await desk.tickets.decide(ticket.id, ANN, True)
    assert (await desk.tickets.get(ticket.id)).state is State.EXPIRED, "it shows so before anybody looked after it"
    assert [one.id for one in await desk.tickets.expire_due()] == [ticket.id]
    assert await desk.tickets.expire_due() == []
    answer = await desk.tickets.take(ticket.id, "ask_1")
    assert answer is not None
    assert answer.outcome is Outcome.EXPIRED


async def test_an_approval_that_nobody_comes_for(desk: Desk) -> None:
    ticket = await desk.tickets.open(asked())
    await desk.tickets.decide(ticket.id, ANN, True)
    desk.clock.now += USE_WITHIN
    assert (await desk.tickets.open(asked())).state is State.EXPIRED
    assert (await desk.tickets.open(asked(id="ask_other"))).id != ticket.id


@pytest.mark.parametrize("skew", [-300.0, 300.0])
async def test_clocks_five_minutes_apart(desk: Desk, skew: float) -> None:
    """The asker's clock is written down and counts for nothing."""
    ticket = await desk.tickets.open(asked(at=desk.clock.now + skew, terms=Terms(timeout=60.0)))
    assert ticket.deadline == desk.clock.now + 60.0


async def test_a_flood_of_one_caller_hurts_nobody_else(desk: Desk) -> None:
    for number in range(20):
        await desk.tickets.open(asked(number))
    with pytest.raises(TooMany, match="20 calls"):
        await desk.tickets.open(asked(20))
    assert (await desk.tickets.open(asked(3))).asked.id == "ask_3", "what waits already still waits"
    await desk.tickets.open(asked(21, subject="other"))
    desk.clock.now += 700
    await desk.tickets.open(asked(20))


async def test_withdrawn_when_the_last_one_leaves(desk: Desk) -> None:
    ticket = await desk.tickets.open(asked())
    await desk.tickets.open(asked(id="ask_other"))
    await desk.tickets.withdraw("ask_1")
    assert (await desk.tickets.get(ticket.id)).state is State.PENDING
    await desk.tickets.withdraw("ask_other")
    assert (await desk.tickets.get(ticket.id)).state is State.WITHDRAWN
    with pytest.raises(NotAllowed, match="withdrawn"):
        await desk.tickets.decide(ticket.id, ANN, True)
    await desk.tickets.withdraw("nobody asked this")


async def test_who_comes_again_finds_the_ticket(desk: Desk) -> None:
    ticket = await desk.tickets.open(asked())
    await desk.tickets.leave("ask_1")
    await desk.tickets.decide(ticket.id, ANN, True)
    again = await desk.tickets.open(asked(id="ask_again"))
    assert again.id == ticket.id
    answer = await desk.tickets.take(again.id, "ask_again")
    assert answer is not None
    assert answer.outcome is Outcome.APPROVED


async def test_the_same_for_this_session(desk: Desk) -> None:
    terms = Terms(("sre",), reuse=3600.0)
    ticket = await desk.tickets.open(asked(terms=terms))
    await desk.tickets.decide(ticket.id, ANN, True, for_session=True)
    other = await desk.tickets.open(asked(2, terms=terms))
    answer = await desk.tickets.take(other.id, "ask_2")
    assert answer is not None
    assert (other.id, answer.outcome, answer.reused) == (ticket.id, Outcome.APPROVED, True)
    own = await desk.tickets.take(ticket.id, "ask_1")
    assert own is not None
    assert (own.outcome, own.reused) == (Outcome.APPROVED, False)
    assert (await desk.tickets.open(asked(3, terms=terms, session_key="another"))).id != ticket.id
    desk.clock.now += 3600
    assert (await desk.tickets.open(asked(4, terms=terms))).id != ticket.id


async def test_two_reviewers_at_the_same_instant(replicas: list[Tickets]) -> None:
    ticket = await replicas[0].open(asked())
    said = await asyncio.gather(
        replicas[0].decide(ticket.id, ANN, True), replicas[1].decide(ticket.id, BEN, False), return_exceptions=True
    )
    assert sum(isinstance(one, NotAllowed) for one in said) == 1
    assert len((await replicas[1].get(ticket.id)).decisions) == 1


async def test_one_person_twice_at_the_same_instant(replicas: list[Tickets]) -> None:
    ticket = await replicas[0].open(asked(terms=Terms(approvals=2)))
    said = await asyncio.gather(
        *(replicas[number % 2].decide(ticket.id, ANN, True) for number in range(6)), return_exceptions=True
    )
    assert sum(isinstance(one, NotAllowed) for one in said) == 5
    assert (await replicas[1].get(ticket.id)).state is State.PENDING


async def test_two_replicas_open_and_use_one_ticket(replicas: list[Tickets]) -> None:
    opened = await asyncio.gather(
        *(replicas[number % 2].open(asked(id=f"ask_{number}", fingerprint="one")) for number in range(8))
    )
    assert len({ticket.id for ticket in opened}) == 1
    await replicas[1].decide(opened[0].id, ANN, True)
    answers = await asyncio.gather(*(replicas[number % 2].take(opened[0].id, f"ask_{number}") for number in range(8)))
    assert [answer.outcome for answer in answers if answer] == [Outcome.APPROVED]


async def test_every_replica_hears_of_every_change(dsn: str) -> None:
    near, far = await Store.open(dsn), await Store.open(dsn)
    heard = await far.listen(TICKETS)
    tickets = Tickets(near, Kept(), clock=Clock())
    ticket = await tickets.open(asked())
    await tickets.decide(ticket.id, ANN, True)
    await tickets.take(ticket.id, "ask_1")
    async with asyncio.timeout(10):
        assert [await anext(heard) for _ in range(3)] == [ticket.id] * 3
    await near.close()
    await far.close()


async def test_what_is_not_there(desk: Desk) -> None:
    for call in (desk.tickets.get("tk_x"), desk.tickets.decide("tk_x", ANN, True)):
        with pytest.raises(NoSuchTicket, match="tk_x"):
            await call
    assert await desk.tickets.take("tk_x", "ask_x") is None


async def test_text_of_any_kind_is_kept(desk: Desk) -> None:
    ticket = await desk.tickets.open(asked(session="a\x00b", agent="x" * 5_000, why="\u2028 \U0001f600 %s ? $1"))
    kept = await desk.tickets.get(ticket.id)
    assert kept.asked == ticket.asked
    await desk.tickets.decide(ticket.id, ANN, True, "NUL \x00 '; DROP TABLE tickets; --")
    assert "DROP TABLE" in str((await desk.tickets.get(ticket.id)).decisions[0].rationale)
