"""The outbox's table: what one transaction reads and writes of it.

Rule: states are `waiting` -> `delivered`, `dead` (nobody took it, or it cannot be taken) or `dropped` (overtaken by
what happened meanwhile); a person may put a dead one back to `waiting`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sidecar.control.store import engine
from sidecar.control.store.engine import Transaction

OUTBOX = "notifications"  # the topic of announcements: there is something new to be sent
COLUMNS = "id, route, kind, occasion, about, news, state, made, due, tell_until, tries, holder, said, ended"
SELECT = f"SELECT {COLUMNS} FROM notifications"  # noqa: S608


class State(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Row:
    """`tries`: begun ones. `said`: what came of the last."""

    id: str
    route: str
    kind: str
    occasion: str  # not ours to refuse: a newer control plane beside us may know more of them
    about: str
    news: str
    made: float
    due: float
    tell_until: float
    state: State = State.WAITING
    tries: int = 0
    holder: str | None = None
    said: str | None = None
    ended: float | None = None


async def insert(transaction: Transaction, rows: Sequence[Row]) -> None:
    """In one statement: each costs a round trip while nobody else may write."""
    if not rows:
        return
    names = COLUMNS.split(", ")
    one = f"({', '.join('?' for _ in names)})"
    values = [value for row in rows for value in (getattr(row, name) for name in names)]
    sql = f"INSERT INTO notifications ({COLUMNS}) VALUES {', '.join(one for _ in rows)}"  # noqa: S608
    await transaction.do(sql, *map(_plain, values))
    await transaction.announce(OUTBOX, "new")


async def overtake(transaction: Transaction, about: str, now: float) -> None:
    """Nobody has to decide any more: people are not asked to. A program that keeps books hears all of it."""
    sql = (
        "UPDATE notifications SET state = 'dropped', holder = NULL, ended = ? WHERE about = ? AND state = 'waiting' "
        "AND (occasion = 'reminder' OR (occasion = 'opened' AND kind <> 'webhook'))"
    )
    await transaction.do(sql, now, about)


async def claim(transaction: Transaction, route: str, holder: str, now: float, lease: float) -> Row | None:
    """The one that is due longest, for this holder alone until the lease is over."""
    due = f"{SELECT} WHERE route = ? AND state = 'waiting' AND due <= ? ORDER BY due, made, id LIMIT 1"
    rows = await transaction.rows(due, route, now)
    if not rows:
        return None
    row = row_from(rows[0])
    sql = "UPDATE notifications SET holder = ?, due = ?, tries = tries + 1 WHERE id = ?"
    await transaction.do(sql, holder, now + lease, row.id)
    return row


async def delivered(transaction: Transaction, identifier: str, said: str, now: float) -> None:
    """Whoever holds it by now: it has arrived."""
    sql = "UPDATE notifications SET state = 'delivered', holder = NULL, said = ?, ended = ? WHERE id = ?"
    await transaction.do(sql, said, now, identifier)


async def failed(transaction: Transaction, row: Row, holder: str, said: str, due: float) -> None:
    """To be tried again, unless somebody else has taken it over."""
    sql = "UPDATE notifications SET due = ?, said = ?, holder = NULL WHERE id = ? AND state = 'waiting' AND holder = ?"
    await transaction.do(sql, due, said, row.id, holder)


async def died(transaction: Transaction, row: Row, holder: str, said: str, now: float) -> None:
    sql = (
        "UPDATE notifications SET state = 'dead', said = ?, ended = ?, holder = NULL "
        "WHERE id = ? AND state = 'waiting' AND holder = ?"
    )
    await transaction.do(sql, said, now, row.id, holder)


async def swept(transaction: Transaction, now: float, kept_since: float) -> None:
    """Those whose destination was taken out of the settings die in time; what ended long ago goes."""
    orphaned = (
        "UPDATE notifications SET state = 'dead', ended = ?, holder = NULL, "
        "said = coalesce(said, 'Its time was over before it could be sent.') "
        "WHERE state = 'waiting' AND tell_until <= ? AND due <= ?"
    )
    await transaction.do(orphaned, now, now, now)
    await transaction.do("DELETE FROM notifications WHERE state <> 'waiting' AND ended < ?", kept_since)


def row_from(row: engine.Row) -> Row:
    values: Mapping[str, Any] = row
    return Row(
        values["id"], values["route"], values["kind"], values["occasion"], values["about"], values["news"],
        values["made"], values["due"], values["tell_until"], State(values["state"]), int(values["tries"]),
        values["holder"], values["said"], values["ended"],
    )  # fmt: skip


def _plain(value: object) -> object:
    return value.value if isinstance(value, StrEnum) else value
