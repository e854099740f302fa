"""Tickets: opened by data planes, decided by people, used once.

Strategy: every step reads the ticket, asks the table of states (`core/approval/ticket.py`), and writes the outcome in
one transaction; the store lets no two of them overlap, on whichever replicas they run. Whoever waits hears of a change
by an announcement under `TICKETS`: the ticket's id.

Rules:
- The same question (`Asked.id`) is the same ticket for ever. Another question with the same fingerprint joins a ticket
  that is still open; a ticket is withdrawn when the last of its questions is. An approval lets one question go: another
  one that waited with it gets a ticket of its own.
- A decision is in the trail before it stands; what cannot be recorded is not decided.
- One caller has at most `pending_per_caller` tickets waiting.
"""

import secrets
import time
from collections.abc import Callable, Mapping

from sidecar.control.desk import ticket_pages, ticket_rows
from sidecar.control.desk.ticket_pages import Filter, Page
from sidecar.control.desk.ticket_rows import Place, counted
from sidecar.control.notify.outbox import Outbox
from sidecar.control.person import Person, Role
from sidecar.control.store.engine import Transaction
from sidecar.control.store.store import Store
from sidecar.control.trail import Trail
from sidecar.core.approval import ticket as states
from sidecar.core.approval.answer import Answer, Outcome
from sidecar.core.approval.asked import Asked
from sidecar.core.approval.ticket import Reviewer, State, Ticket
from sidecar.core.errors import GatehouseError

TICKETS = "tickets"  # the topic of announcements
PENDING_PER_CALLER = 20


class TooMany(GatehouseError):  # noqa: N818  (an answer, not a fault)
    """This caller has too many calls waiting for people already."""


class Tickets:
    def __init__(
        self,
        store: Store,
        trail: Trail,
        *,
        outbox: Outbox | None = None,
        identifier: Callable[[], str] = lambda: f"tk_{secrets.token_hex(8)}",
        clock: Callable[[], float] = time.time,
        pending_per_caller: int = PENDING_PER_CALLER,
    ) -> None:
        self._store = store
        self._trail = trail
        self._outbox = outbox or Outbox()
        self._identifier = identifier
        self._clock = clock
        self._most = pending_per_caller

    async def open(self, asked: Asked) -> Ticket:
        """The ticket of this question, or `TooMany`. Not yet durable: as long as it waits, it is asked again."""
        async with self._store.transaction(durable=False) as transaction:
            now = self._clock()
            place = await ticket_rows.place_of(transaction, asked.id)
            if place is None or _taken_by_another(place, asked.id):
                place = await ticket_rows.fitting(transaction, asked, now)
            if place is None:
                place = Place(await self._opened(transaction, asked, now), reused=False)
            await ticket_rows.wait(transaction, asked, place, now)
            return await self._kept(transaction, place.ticket, states.expired(place.ticket, now))

    async def take(self, ticket_id: str, asker: str) -> Answer | None:
        """What to tell this question, an approval being used by it; nothing as long as it has to wait."""
        async with self._store.transaction() as transaction:
            place = await ticket_rows.place_of(transaction, asker)
            if place is None or place.ticket.id != ticket_id:
                return None
            if place.reused:
                return Answer(Outcome.APPROVED, ticket_id, place.ticket.decisions, reused=True)
            now = self._clock()
            after = states.used(states.expired(place.ticket, now), asker, now)
            await self._kept(transaction, place.ticket, after)
            return states.answer(after, asker)

    async def decide(
        self, ticket_id: str, person: Person, yes: bool, rationale: str | None = None, for_session: bool = False
    ) -> Ticket:
        """The ticket with this person's word, or `NotAllowed`. The person is as known now."""
        async with self._store.transaction() as transaction:
            ticket = await ticket_rows.by_id(transaction, ticket_id)
            after = states.decided(ticket, reviewer(person), yes, rationale, self._clock(), for_session=for_session)
            await ticket_rows.add_decision(transaction, after)
            await self._kept(transaction, ticket, after)
            await self._trail.record("approval_decided_by", _fact(after))
            return after

    async def leave(self, asker: str) -> None:
        """This question waits no longer, and its ticket stays for whoever comes with the same fingerprint."""
        async with self._store.transaction(durable=False) as transaction:
            await transaction.do("UPDATE waiters SET gone = ? WHERE asker = ?", self._clock(), asker)

    async def withdraw(self, asker: str) -> None:
        """This question is not asked any more; its ticket ends if nobody else waits for it."""
        async with self._store.transaction() as transaction:
            place = await ticket_rows.place_of(transaction, asker)
            if place is None:
                return
            now = self._clock()
            await transaction.do("UPDATE waiters SET gone = ? WHERE asker = ?", now, asker)
            if not place.reused and not await ticket_rows.others_wait(transaction, place.ticket, asker):
                await self._kept(transaction, place.ticket, states.withdrawn(place.ticket, now))

    async def expire_due(self) -> list[Ticket]:
        """End what nobody decided, or nobody used, in time."""
        due = "SELECT id FROM tickets WHERE state IN ('pending', 'approved') AND deadline <= ?"
        if not await self._store.rows(due, self._clock()):
            return []
        ended = []
        async with self._store.transaction() as transaction:
            now = self._clock()
            for row in await transaction.rows(due, now):
                ticket = await ticket_rows.by_id(transaction, str(row["id"]))
                ended.append(await self._kept(transaction, ticket, states.expired(ticket, now)))
        return ended

    async def get(self, ticket_id: str) -> Ticket:
        """As it is now, or `NoSuchTicket`."""
        return await ticket_pages.one(self._store, ticket_id, self._clock())

    async def list(self, wanted: Filter | None = None, *, after: str | None = None, most: int = 50) -> Page:
        return await ticket_pages.page(self._store, wanted or Filter(), after, most, self._clock())

    async def pending(self) -> int:
        """How many wait for people."""
        sql = "SELECT count(*) AS n FROM tickets WHERE state = 'pending' AND deadline > ?"
        return counted(await self._store.rows(sql, self._clock()))

    async def _opened(self, transaction: Transaction, asked: Asked, now: float) -> Ticket:
        if await ticket_rows.pending_of(transaction, asked, now) >= self._most:
            raise TooMany(f"{self._most} calls of this caller wait for people already.")
        ticket = states.opened(self._identifier(), asked, now)
        await ticket_rows.insert(transaction, ticket)
        await transaction.announce(TICKETS, ticket.id)
        await self._outbox.opened(transaction, ticket)
        return ticket

    async def _kept(self, transaction: Transaction, before: Ticket, after: Ticket) -> Ticket:
        """Written down, announced and to be told, if anything changed."""
        if after != before:
            await ticket_rows.update(transaction, after)
            await transaction.announce(TICKETS, after.id)
            await self._outbox.changed(transaction, before, after)
        return after


def reviewer(person: Person) -> Reviewer:
    """A person as the table of states sees one."""
    return Reviewer(person.subject, person.provider, person.groups, person.may(Role.REVIEWER))


def _taken_by_another(place: Place, asker: str) -> bool:
    return not place.reused and place.ticket.state is State.USED and place.ticket.used_by != asker


def _fact(ticket: Ticket) -> Mapping[str, object]:
    decision = ticket.decisions[-1]
    return {
        "ticket": ticket.id,
        "exchange": ticket.asked.exchange,
        "gate": ticket.asked.gate,
        "rule": ticket.asked.rule,
        "fingerprint": ticket.asked.fingerprint,
        "subject": decision.subject,
        "provider": decision.provider,
        "yes": decision.yes,
        "for_session": decision.for_session,
        "rationale": decision.rationale,
        "state": ticket.state.value,
    }
