"""Deliveries as people see them: listed, and sent again.

Rules: sending again is in the trail first. Only what is dead, or fails and rests, can be sent again: what is on its way
is, and what arrived has.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sidecar.control.notify.outbox import TELL_FOR
from sidecar.control.notify.rows import OUTBOX, SELECT, Row, State, row_from
from sidecar.control.store.store import Store
from sidecar.control.trail import Trail
from sidecar.core.errors import GatehouseError

MOST = 50


class NotAgain(GatehouseError):  # noqa: N818  (an answer, not a fault)
    """This cannot be sent again; the message says why."""


class NoSuchDelivery(GatehouseError):  # noqa: N818  (an answer, not a fault)
    """There is no delivery of this name."""


@dataclass(frozen=True, slots=True)
class Page:
    """`after`: where the next page begins."""

    rows: tuple[Row, ...]
    after: str | None


class Deliveries:
    def __init__(self, store: Store, trail: Trail, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._trail = trail
        self._clock = clock

    async def list(
        self, states: Sequence[State] = (), route: str | None = None, after: str | None = None, most: int = MOST
    ) -> Page:
        """The latest first."""
        wanted: list[str] = []
        values: list[object] = []
        if states:
            wanted.append(f"state IN ({', '.join('?' for _ in states)})")
            values += [state.value for state in states]
        if route:
            wanted.append("route = ?")
            values.append(route)
        if place := _place(after):
            wanted.append("(made < ? OR (made = ? AND id < ?))")
            values += [place[0], *place]
        where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
        sql = f"{SELECT}{where} ORDER BY made DESC, id DESC LIMIT ?"
        found = [row_from(row) for row in await self._store.rows(sql, *values, most + 1)]
        shown = found[:most]
        return Page(tuple(shown), f"{shown[-1].made!r}_{shown[-1].id}" if len(found) > most else None)

    async def counts(self) -> Mapping[State, int]:
        found = await self._store.rows("SELECT state, count(*) AS n FROM notifications GROUP BY state")
        counted = {State(str(row["state"])): int(str(row["n"])) for row in found}
        return {state: counted.get(state, 0) for state in State}

    async def again(self, identifier: str, by: str) -> Row:
        """Due now, for another day; `NoSuchDelivery` or `NotAgain`."""
        async with self._store.transaction() as transaction:
            found = await transaction.rows(f"{SELECT} WHERE id = ?", identifier)
            if not found:
                raise NoSuchDelivery(f"There is no delivery {identifier}.")
            row = row_from(found[0])
            if row.state is not State.DEAD and (row.state is not State.WAITING or row.holder or not row.tries):
                raise NotAgain("Only what failed can be sent again.")
            now = self._clock()
            await self._trail.record(
                "notified", {"notification": row.id, "route": row.route, "result": "again", "by": by}
            )
            sql = (
                "UPDATE notifications SET state = 'waiting', due = ?, tell_until = ?, tries = 0, ended = NULL "
                "WHERE id = ?"
            )
            await transaction.do(sql, now, now + TELL_FOR, row.id)
            await transaction.announce(OUTBOX, "again")
            return row


def _place(after: str | None) -> tuple[float, str] | None:
    """What `after` says; anything else is the beginning."""
    made, found, identifier = (after or "").partition("_")
    try:
        return (float(made), identifier) if found else None
    except ValueError:
        return None
