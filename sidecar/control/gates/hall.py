"""All data planes that are connected to this control plane, what they wait for, and what they must know.

Strategy: one task hears which tickets changed, on whatever replica, and tells those who wait for them here; another one
hears that blocks changed and sends all that are in force to everybody. What could not be read, because the database was
away for a moment, is looked at again a second later.

Rules:
- A question is registered before its ticket is looked at: whatever changes after the look is heard.
- An approval becomes used in the transaction that gives the answer, to the question that gets it.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sidecar.control import messages
from sidecar.control.desk.blocks import BLOCKS, Blocks, InForce
from sidecar.control.desk.ticket_rows import NoSuchTicket
from sidecar.control.desk.tickets import TICKETS, Tickets, TooMany
from sidecar.control.gates.visit import Visit
from sidecar.control.messages import written
from sidecar.control.store.engine import MISSED, Heard, StoreFailed
from sidecar.control.store.store import Store
from sidecar.core.approval.answer import Answer, Outcome
from sidecar.core.approval.asked import Asked
from sidecar.core.approval.ticket import State
from sidecar.core.model.block import Block

AGAIN = 1.0  # seconds until what could not be read is looked at again
AWAY = "the control plane cannot reach its database"


class Hall:
    def __init__(self, store: Store, tickets: Tickets, blocks: Blocks, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._tickets = tickets
        self._blocks = blocks
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []
        self._waiting: dict[str, set[tuple[str, int]]] = {}  # ticket -> questions and the visits they came by
        self._visits: dict[int, Visit] = {}

    @property
    def visits(self) -> tuple[Visit, ...]:
        """Who is connected here."""
        return tuple(self._visits.values())

    @property
    def waiting(self) -> int:
        """Questions that wait for people on streams of this process."""
        return sum(len(questions) for questions in self._waiting.values())

    async def start(self) -> None:
        tickets, blocks = await self._store.listen(TICKETS), await self._store.listen(BLOCKS)
        self._tasks = [
            asyncio.create_task(self._hear_of_tickets(tickets)),
            asyncio.create_task(self._hear_of_blocks(blocks)),
        ]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    @contextmanager
    def visited(self, visit: Visit) -> Iterator[None]:
        """While its stream is open. What it asked stays asked: it comes back and asks again."""
        self._visits[id(visit)] = visit
        try:
            yield
        finally:
            del self._visits[id(visit)]
            for question in tuple(visit.asked):
                self._forget(visit, question)

    async def greet(self, visit: Visit) -> None:
        """What a data plane must know first: whom people have stopped."""
        in_force = await self._blocks.in_force()
        visit.say_blocks(in_force.version, _all_of(in_force))

    async def stop(self, visit: Visit, block: Block) -> None:
        """A rule at a data plane stopped a session. It says so again until it hears that the block stands."""
        try:
            await self._blocks.keep(block, f"the gate {visit.gate}")
            await self.greet(visit)
        except StoreFailed:
            return
        visit.say(written(messages.stands_message(block.id)))

    async def ask(self, visit: Visit, asked: Asked) -> None:
        try:
            ticket = await self._tickets.open(asked)
            self._register(visit, asked.id, ticket.id)
            await self._settle(ticket.id)
        except TooMany as error:
            visit.say(written(messages.settled_message(asked.id, Answer(Outcome.TOO_MANY, message=str(error)))))
        except StoreFailed:
            self._forget(visit, asked.id)
            visit.say(written(messages.settled_message(asked.id, Answer(Outcome.UNAVAILABLE, message=AWAY))))

    async def withdraw(self, visit: Visit, question: str, stay_open: bool) -> None:
        waited = question in visit.asked
        self._forget(visit, question)
        if not stay_open:
            await self._tickets.withdraw(question)
            return
        await self._tickets.leave(question)
        if waited:  # else its answer is on the way already
            visit.say(written(messages.settled_message(question, Answer(Outcome.WAITING))))

    # --- who waits for what ---------------------------------------------------------------------------------------

    def _register(self, visit: Visit, question: str, ticket: str) -> None:
        visit.asked[question] = ticket
        self._waiting.setdefault(ticket, set()).add((question, id(visit)))

    def _forget(self, visit: Visit, question: str) -> None:
        ticket = visit.asked.pop(question, None)
        if ticket is not None and (questions := self._waiting.get(ticket)):
            questions.discard((question, id(visit)))
            if not questions:
                del self._waiting[ticket]

    async def _settle(self, ticket_id: str) -> None:
        """Tell whoever waits for this ticket, if there is something to tell."""
        if ticket_id not in self._waiting:
            return
        try:
            ticket = await self._tickets.get(ticket_id)
        except NoSuchTicket:
            return
        if ticket.state is State.PENDING:
            return
        for question, name in tuple(self._waiting.get(ticket_id, ())):
            answer = await self._tickets.take(ticket_id, question)
            visit = self._visits.get(name)
            if visit is None or question not in visit.asked:
                continue  # it left while we asked; asked again, it is told the same
            if answer is not None:
                self._forget(visit, question)
                visit.say(written(messages.settled_message(question, answer)))
            else:
                self._forget(visit, question)
                visit.say(written(messages.again_message(question)))

    # --- what any replica announces -------------------------------------------------------------------------------

    async def _hear_of_tickets(self, heard: Heard) -> None:
        async for ticket_id in heard:
            await self._look(*((ticket_id,) if ticket_id != MISSED else tuple(self._waiting)))

    async def _look(self, *tickets: str) -> None:
        for ticket_id in tickets:
            while True:
                try:
                    await self._settle(ticket_id)
                    break
                except StoreFailed:
                    await asyncio.sleep(AGAIN)

    async def _hear_of_blocks(self, heard: Heard) -> None:
        async for _ in heard:
            await self._tell_blocks()

    async def _tell_blocks(self) -> None:
        while True:
            try:
                in_force = await self._blocks.in_force()
                break
            except StoreFailed:
                await asyncio.sleep(AGAIN)
        message = _all_of(in_force)  # once, for thousands
        for visit in self.visits:
            visit.say_blocks(in_force.version, message)


def _all_of(in_force: InForce) -> bytes:
    return written(messages.blocks_message(in_force.version, in_force.blocks))
