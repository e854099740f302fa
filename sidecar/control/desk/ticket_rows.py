"""Tickets in the store: what one transaction reads and writes of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sidecar.control.store.engine import Row, Transaction
from sidecar.core.approval.answer import Decider
from sidecar.core.approval.asked import Asked, Excerpt, Mark, What
from sidecar.core.approval.ticket import State, Ticket
from sidecar.core.errors import GatehouseError
from sidecar.core.model.hold import Terms

COLUMNS = (
    "id, fingerprint, session_key, state, opened, deadline, ended, for_session_until, used_by, provider, subject, "
    "session, agent, gate, connection, rule, policy, asked"
)
SELECT = f"SELECT {COLUMNS} FROM tickets"  # noqa: S608
_INSERT = f"INSERT INTO tickets ({COLUMNS}) VALUES ({', '.join('?' for _ in COLUMNS.split(','))})"  # noqa: S608


class NoSuchTicket(GatehouseError):  # noqa: N818  (an answer, not a fault)
    """There is no ticket of this name."""


@dataclass(frozen=True, slots=True)
class Place:
    """The ticket that a question waits for. `reused`: an earlier yes for the session let it go."""

    ticket: Ticket
    reused: bool


async def by_id(transaction: Transaction, identifier: str) -> Ticket:
    return await _one(transaction, await transaction.rows(f"{SELECT} WHERE id = ?", identifier), identifier)


async def place_of(transaction: Transaction, asker: str) -> Place | None:
    """Where this question waits, if it was asked before."""
    rows = await transaction.rows("SELECT ticket, reused FROM waiters WHERE asker = ?", asker)
    if not rows:
        return None
    return Place(await by_id(transaction, str(rows[0]["ticket"])), bool(rows[0]["reused"]))


async def fitting(transaction: Transaction, asked: Asked, now: float) -> Place | None:
    """A ticket that is open for the same call, or an earlier yes for the whole session."""
    same = (
        f"{SELECT} WHERE fingerprint = ? AND state IN ('pending', 'approved') AND deadline > ? ORDER BY opened LIMIT 1"
    )
    if rows := await transaction.rows(same, asked.fingerprint, now):
        return Place(await _one(transaction, rows, ""), reused=False)
    extended = (
        f"{SELECT} WHERE session_key = ? AND for_session_until > ? AND state IN ('approved', 'used') "
        "ORDER BY for_session_until DESC LIMIT 1"
    )
    if rows := await transaction.rows(extended, asked.session_key, now):
        return Place(await _one(transaction, rows, ""), reused=True)
    return None


async def pending_of(transaction: Transaction, asked: Asked, now: float) -> int:
    """How many tickets of this caller wait for people."""
    sql = "SELECT count(*) AS n FROM tickets WHERE provider = ? AND subject = ? AND state = 'pending' AND deadline > ?"
    return counted(await transaction.rows(sql, asked.provider, asked.subject, now))


async def others_wait(transaction: Transaction, ticket: Ticket, asker: str) -> bool:
    sql = "SELECT count(*) AS n FROM waiters WHERE ticket = ? AND asker <> ? AND gone IS NULL"
    return counted(await transaction.rows(sql, ticket.id, asker)) > 0


async def insert(transaction: Transaction, ticket: Ticket) -> None:
    asked = ticket.asked
    await transaction.do(
        _INSERT,
        ticket.id, asked.fingerprint, asked.session_key, ticket.state.value, ticket.opened, ticket.deadline,
        ticket.ended, ticket.for_session_until, ticket.used_by, asked.provider, asked.subject,
        asked.session, asked.agent, asked.gate, asked.connection, asked.rule, asked.policy, asked_text(asked),
    )  # fmt: skip


async def update(transaction: Transaction, ticket: Ticket) -> None:
    sql = "UPDATE tickets SET state = ?, deadline = ?, ended = ?, for_session_until = ?, used_by = ? WHERE id = ?"
    values = (ticket.deadline, ticket.ended, ticket.for_session_until, ticket.used_by, ticket.id)
    await transaction.do(sql, ticket.state.value, *values)


async def add_decision(transaction: Transaction, ticket: Ticket) -> None:
    """The latest one."""
    one = ticket.decisions[-1]
    columns = "ticket, provider, subject, yes, rationale, for_session, at"
    sql = f"INSERT INTO decisions ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
    await transaction.do(sql, ticket.id, one.provider, one.subject, one.yes, one.rationale, one.for_session, one.at)


async def wait(transaction: Transaction, asked: Asked, place: Place, now: float) -> None:
    """This question waits here from now on."""
    sql = (
        "INSERT INTO waiters (asker, ticket, gate, reused, since) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (asker) DO UPDATE SET ticket = excluded.ticket, reused = excluded.reused, gone = NULL"
    )
    await transaction.do(sql, asked.id, place.ticket.id, asked.gate, place.reused, now)


def ticket_from(row: Row, decisions: Sequence[Row]) -> Ticket:
    values: Mapping[str, Any] = row
    return Ticket(
        id=values["id"],
        asked=asked_from(values["asked"]),
        state=State(values["state"]),
        opened=values["opened"],
        deadline=values["deadline"],
        decisions=tuple(_decider(one) for one in decisions),
        ended=values["ended"],
        for_session_until=values["for_session_until"],
        used_by=values["used_by"],
    )


def counted(rows: Sequence[Row]) -> int:
    return int(str(rows[0]["n"]))


def asked_text(asked: Asked) -> str:
    # PostgreSQL's TEXT takes every character but NUL, which JSON escapes.
    return json.dumps(asdict(asked), separators=(",", ":"))


def asked_from(text: str) -> Asked:
    fields: dict[str, Any] = json.loads(text)
    fields["what"] = What(fields["what"])
    fields["groups"] = tuple(fields["groups"])
    fields["terms"] = Terms(**{**fields["terms"], "approvers": tuple(fields["terms"]["approvers"])})
    fields["content"] = tuple(_excerpt(one) for one in fields["content"])
    fields["before"] = tuple(_excerpt(one) for one in fields["before"])
    return Asked(**fields)


async def _one(transaction: Transaction, rows: Sequence[Row], identifier: str) -> Ticket:
    if not rows:
        raise NoSuchTicket(f"There is no ticket {identifier}.")
    sql = "SELECT * FROM decisions WHERE ticket = ? ORDER BY at, subject"
    return ticket_from(rows[0], await transaction.rows(sql, rows[0]["id"]))


def _decider(row: Row) -> Decider:
    values: Mapping[str, Any] = row
    return Decider(
        values["subject"],
        values["provider"],
        bool(values["yes"]),
        values["rationale"],
        values["at"],
        bool(values["for_session"]),
    )


def _excerpt(fields: Mapping[str, Any]) -> Excerpt:
    return Excerpt(fields["title"], fields["text"], tuple(Mark(**mark) for mark in fields["marks"]))
