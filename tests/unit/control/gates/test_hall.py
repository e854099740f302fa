"""Data planes and people, over both databases: every question gets its answer once, through whichever replica."""

import asyncio

import pytest

from sidecar.core.approval.answer import Outcome
from sidecar.core.approval.ticket import State
from sidecar.core.model.block import Target
from sidecar.core.model.caller import Caller
from sidecar.core.model.hold import Terms
from tests.gates import linked, plane, seen
from tests.people import ANN, BEN, asked
from tests.polling import until


async def test_asked_decided_and_told(dsn: str) -> None:
    async with plane(dsn) as here, linked(here.address) as link:
        asking = asyncio.create_task(link.approvals.ask(asked(terms=Terms(("sre",), approvals=2)), 60.0))
        ticket = await here.ticket_of()
        assert (await here.tickets.get(ticket)).asked == asked(terms=Terms(("sre",), approvals=2))
        await here.tickets.decide(ticket, ANN, True, "looks fine")
        assert not asking.done()
        await here.tickets.decide(ticket, BEN, True)
        answer = await asking
        assert (answer.outcome, answer.ticket, answer.reused) == (Outcome.APPROVED, ticket, False)
        assert [(one.subject, one.rationale) for one in answer.deciders] == [("ann", "looks fine"), ("ben", None)]
        assert (await here.tickets.get(ticket)).state is State.USED
        assert here.hall.waiting == 0


async def test_denied_expired_and_too_many(dsn: str) -> None:
    async with plane(dsn, most=2) as here, linked(here.address) as link:
        denied = asyncio.create_task(link.approvals.ask(asked(1), 60.0))
        expired = asyncio.create_task(link.approvals.ask(asked(2, terms=Terms(timeout=0.01)), 60.0))
        await here.tickets.decide(await here.ticket_of(1), ANN, False, "no")
        assert (await denied).outcome is Outcome.DENIED
        await here.ticket_of(2)

        async def ended() -> bool:
            await here.tickets.expire_due()
            return expired.done()

        await seen(ended)
        assert (await expired).outcome is Outcome.EXPIRED
        waiting = [asyncio.create_task(link.approvals.ask(asked(number), 60.0)) for number in (3, 4)]
        await here.ticket_of(4)
        answer = await link.approvals.ask(asked(5), 60.0)
        assert (answer.outcome, "2 calls" in str(answer.message)) == (Outcome.TOO_MANY, True)
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)

        async def withdrawn() -> bool:
            return await here.tickets.pending() == 0

        await seen(withdrawn)


async def test_a_decision_at_another_replica_wakes_this_one(dsn: str) -> None:
    async with plane(dsn) as near, plane(dsn) as far, linked(near.address) as link:
        asking = asyncio.create_task(link.approvals.ask(asked(), 60.0))
        await far.tickets.decide(await far.ticket_of(), ANN, True)
        async with asyncio.timeout(5):
            assert (await asking).outcome is Outcome.APPROVED


async def test_blocks_reach_data_planes_of_every_replica(dsn: str) -> None:
    async with plane(dsn) as near, plane(dsn) as far, linked(near.address) as one, linked(far.address) as two:
        changed = []
        one.blocks.watch(lambda: changed.append(1))
        block = await far.blocks.put(Target.SESSION, "s1", "Stop.", "company/ann")
        caller = Caller("dev", "company", claimed_session="s1")
        async with asyncio.timeout(2):
            await until(lambda: all(link.blocks.against(caller, "claude") == block for link in (one, two)))
        assert changed
        await near.blocks.lift(block.id, "company/ann")
        async with asyncio.timeout(2):
            await until(lambda: all(link.blocks.against(caller, "claude") is None for link in (one, two)))


async def test_blocks_are_known_before_the_first_call(dsn: str) -> None:
    async with plane(dsn) as here:
        block = await here.blocks.put(Target.ALL, "", "Stop.", "company/ann")
        async with linked(here.address) as link:
            assert link.blocks.against(Caller("x", "y"), "claude") == block
            assert link.state.blocks == 1


async def test_who_comes_again_after_its_patience(dsn: str) -> None:
    async with plane(dsn) as here, linked(here.address) as link:
        assert (await link.approvals.ask(asked(1), 0.0)).outcome is Outcome.WAITING
        ticket = await here.ticket_of(1)
        await here.tickets.decide(ticket, ANN, True)
        answer = await link.approvals.ask(asked(1, id="ask_again"), 60.0)
        assert (answer.outcome, answer.ticket) == (Outcome.APPROVED, ticket)


async def test_one_yes_lets_one_of_two_equal_calls_go(dsn: str) -> None:
    async with plane(dsn) as here, linked(here.address) as one, linked(here.address) as two:
        first = asyncio.create_task(one.approvals.ask(asked(1), 60.0))
        ticket = await here.ticket_of(1)
        second = asyncio.create_task(two.approvals.ask(asked(1, id="ask_2"), 60.0))
        await until(lambda: here.hall.waiting == 2)
        await here.tickets.decide(ticket, ANN, True)
        done, waiting = await asyncio.wait((first, second), return_when=asyncio.FIRST_COMPLETED)
        assert [task.result().outcome for task in done] == [Outcome.APPROVED]

        async def another() -> bool:
            return await here.tickets.pending() == 1

        await seen(another)
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)


async def test_the_hall_knows_who_is_connected(dsn: str) -> None:
    async with plane(dsn) as here:
        async with linked(here.address) as link:
            assert [(visit.gate, visit.version) for visit in here.hall.visits] == [("gate-1", "1.0")]
            assert link.state.connected
        await until(lambda: not here.hall.visits)


@pytest.mark.parametrize("count", [60])
async def test_many_at_once(dsn: str, count: int) -> None:
    async with plane(dsn, most=count) as here, linked(here.address) as link:
        tasks = [asyncio.create_task(link.approvals.ask(asked(number), 60.0)) for number in range(count)]
        await until(lambda: here.hall.waiting == count)
        tickets = [one.id for one in (await here.tickets.list(most=count)).tickets]
        await asyncio.gather(*(here.tickets.decide(ticket, ANN, True) for ticket in tickets))
        answers = await asyncio.gather(*tasks)
        assert {answer.outcome for answer in answers} == {Outcome.APPROVED}
        assert len({answer.ticket for answer in answers}) == count
