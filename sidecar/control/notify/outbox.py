"""The outbox: what is to be told is written down in the transaction in which it happens.

Strategy: one row for each destination that wants it, so that each is tried on its own. A reminder is written when the
ticket opens, for later; it is dropped when the ticket ends. Whoever sends hears of new rows by an announcement.

Rule: what did not happen is not told, and what happened is told even if this process dies in the next moment.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from types import MappingProxyType

from sidecar.control.notify import news as told
from sidecar.control.notify.news import News
from sidecar.control.notify.rows import Row, insert, overtake
from sidecar.control.store.engine import Transaction
from sidecar.core.approval.ticket import State, Ticket
from sidecar.core.model.block import Block
from sidecar.settings.notify import Occasion, Route

# A day: somebody is back at their desk, and what nobody took until then is looked at by a person.
TELL_FOR = 24 * 3600.0
ENDS: Mapping[State, Occasion] = MappingProxyType(
    {State.APPROVED: Occasion.DECIDED, State.DENIED: Occasion.DECIDED, State.EXPIRED: Occasion.EXPIRED}
)


class Outbox:
    """Without routes it does nothing."""

    def __init__(
        self,
        routes: Sequence[Route] = (),
        *,
        identifier: Callable[[], str] = lambda: f"nt_{secrets.token_hex(12)}",
    ) -> None:
        self._routes = tuple(routes)
        self._identifier = identifier

    async def opened(self, transaction: Transaction, ticket: Ticket) -> None:
        """A ticket that waits for people from now on."""
        half = ticket.opened + (ticket.deadline - ticket.opened) / 2
        first = self._rows(Occasion.OPENED, ticket, ticket.opened)
        later = (
            replace(row, due=half, tell_until=ticket.deadline)
            for row in self._rows(Occasion.REMINDER, ticket, ticket.opened)
        )
        await insert(transaction, (*first, *later))

    async def changed(self, transaction: Transaction, before: Ticket, after: Ticket) -> None:
        """A ticket that people, time or the one who asked have moved on."""
        if not self._routes or before.state is after.state:
            return
        if before.state is State.PENDING:
            await overtake(transaction, after.id, _moment(after))
        if occasion := ENDS.get(after.state):
            await insert(transaction, self._rows(occasion, after, _moment(after)))

    async def stopped(self, transaction: Transaction, block: Block, by: str) -> None:
        await self._block(transaction, Occasion.BLOCKED, block, by, block.at)

    async def lifted(self, transaction: Transaction, block: Block, by: str, at: float) -> None:
        await self._block(transaction, Occasion.LIFTED, block, by, at)

    async def _block(self, transaction: Transaction, occasion: Occasion, block: Block, by: str, at: float) -> None:
        said = told.text(News(occasion, at, stop=told.stop(block, by)))
        routes = [route for route in self._routes if occasion in route.when]
        await insert(transaction, [self._row(route, occasion, block.id, said, at) for route in routes])

    def _rows(self, occasion: Occasion, ticket: Ticket, at: float) -> list[Row]:
        routes = [route for route in self._routes if occasion in route.when and fits(route, ticket)]
        # Written once for each of the two kinds: nobody else can write to the database meanwhile.
        said = {
            content: told.text(News(occasion, at, call=told.call(ticket, content)))
            for content in {route.content for route in routes}
        }
        return [self._row(route, occasion, ticket.id, said[route.content], at) for route in routes]

    def _row(self, route: Route, occasion: Occasion, about: str, said: str, at: float) -> Row:
        return Row(self._identifier(), route.name, route.kind, occasion.value, about, said, at, at, at + TELL_FOR)


def fits(route: Route, ticket: Ticket) -> bool:
    """Whether this destination is told of this call. A call that anybody may decide on concerns every group."""
    rule, policy, approvers = ticket.asked.rule, ticket.asked.policy, ticket.asked.terms.approvers
    if route.rules and not _any(route.rules, rule) and not _any(route.rules, f"{policy}/{rule}"):
        return False
    return not route.approvers or not approvers or not set(approvers).isdisjoint(route.approvers)


def _any(patterns: Iterable[str], name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _moment(ticket: Ticket) -> float:
    if ticket.ended is not None:
        return ticket.ended
    return ticket.decisions[-1].at if ticket.decisions else ticket.opened
