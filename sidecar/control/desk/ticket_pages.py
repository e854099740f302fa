"""Tickets to look at: one, or a page of those that fit. Looking waits for no writer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.control.desk.ticket_rows import SELECT, NoSuchTicket, ticket_from
from sidecar.control.store.engine import Row
from sidecar.control.store.store import Store
from sidecar.core.approval import ticket as states
from sidecar.core.approval.ticket import State, Ticket

LONGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tickets; nothing named: all."""

    states: tuple[State, ...] = ()
    subject: str | None = None
    session: str | None = None
    gate: str | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first. `after`: what to ask for to see those before them; nothing: there are no more."""

    tickets: tuple[Ticket, ...]
    after: str | None


async def one(store: Store, identifier: str, now: float) -> Ticket:
    rows = await store.rows(f"{SELECT} WHERE id = ?", identifier)
    if not rows:
        raise NoSuchTicket(f"There is no ticket {identifier}.")
    return (await _shown(store, rows, now))[0]


async def page(store: Store, wanted: Filter, after: str | None, most: int, now: float) -> Page:
    most = min(max(1, most), LONGEST_PAGE)
    conditions, values = _conditions(wanted, after)
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    rows = await store.rows(f"{SELECT} {where}ORDER BY opened DESC, id DESC LIMIT ?", *values, most + 1)
    shown = await _shown(store, rows[:most], now)
    return Page(tuple(shown), f"{shown[-1].opened!r}/{shown[-1].id}" if len(rows) > most else None)


def _conditions(wanted: Filter, after: str | None) -> tuple[list[str], list[object]]:
    conditions: list[str] = []
    values: list[object] = []
    for column in ("subject", "session", "gate", "rule"):
        if (value := getattr(wanted, column)) is not None:
            conditions.append(f"{column} = ?")
            values.append(value)
    if wanted.states:
        conditions.append(f"state IN ({', '.join('?' for _ in wanted.states)})")
        values += [state.value for state in wanted.states]
    if after is not None:
        opened, identifier = _place(after)
        conditions.append("(opened < ? OR (opened = ? AND id < ?))")
        values += [opened, opened, identifier]
    return conditions, values


def _place(after: str) -> tuple[float, str]:
    opened, _, identifier = after.partition("/")
    try:
        at = float(opened)
    except ValueError:
        at = math.nan
    # One of nobody's making: there is nothing after it.
    return (at, identifier) if math.isfinite(at) else (-math.inf, "")


async def _shown(store: Store, rows: Sequence[Row], now: float) -> list[Ticket]:
    """One whose time is over shows as expired even before it is ended."""
    if not rows:
        return []
    marks = ", ".join("?" for _ in rows)
    sql = f"SELECT * FROM decisions WHERE ticket IN ({marks}) ORDER BY at, subject"  # noqa: S608
    decisions = await store.rows(sql, *(row["id"] for row in rows))
    tickets = [ticket_from(row, [one for one in decisions if one["ticket"] == row["id"]]) for row in rows]
    return [states.expired(ticket, now) for ticket in tickets]
