"""What is told outside, as it waits in the outbox.

Rules:
- Names, times and the rule's own sentence always; texts of the call, and what people wrote about it, only for a
  destination that is allowed the masked card.
- It is what was true when it happened: a message that arrives an hour later says the same.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sidecar.core.approval.asked import Excerpt, Mark
from sidecar.core.approval.ticket import Ticket
from sidecar.core.errors import GatehouseError
from sidecar.core.model.block import Block
from sidecar.settings.notify import Occasion


class Garbled(GatehouseError):  # noqa: N818  (named for what it is)
    """What waits in the outbox was not written by this version."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one person decided."""

    subject: str
    provider: str
    yes: bool
    at: float
    rationale: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A held call. `content`: only where it is allowed."""

    ticket: str
    state: str
    rule: str
    policy: str
    why: str
    what: str
    tool: str | None
    model: str | None
    connection: str
    subject: str
    provider: str
    session: str | None
    agent: str | None
    gate: str
    approvers: tuple[str, ...]
    approvals: int
    approvals_needed: int
    opened: float
    deadline: float
    decisions: tuple[Said, ...] = ()
    content: tuple[Excerpt, ...] | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """What the kill switch stopped, or let go."""

    block: str
    target: str
    value: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class News:
    occasion: Occasion
    at: float
    call: Call | None = None
    stop: Stop | None = None

    @property
    def about(self) -> str:
        return self.call.ticket if self.call else self.stop.block if self.stop else ""


def call(ticket: Ticket, content: bool) -> Call:
    asked, terms = ticket.asked, ticket.asked.terms
    return Call(
        ticket=ticket.id, state=ticket.state.value, rule=asked.rule, policy=asked.policy, why=asked.why,
        what=asked.what.value, tool=asked.tool, model=asked.model, connection=asked.connection, subject=asked.subject,
        provider=asked.provider, session=asked.session, agent=asked.agent, gate=asked.gate, approvers=terms.approvers,
        approvals=ticket.yes, approvals_needed=terms.approvals, opened=ticket.opened, deadline=ticket.deadline,
        decisions=tuple(
            Said(one.subject, one.provider, one.yes, one.at, one.rationale if content else None)
            for one in ticket.decisions
        ),
        content=asked.content if content else None,
    )  # fmt: skip


def stop(block: Block, by: str) -> Stop:
    return Stop(block.id, block.target.value, block.value, block.reason, by)


def text(news: News) -> str:
    # Not `asdict`, whose deep copies cost five times as much: this runs while nobody else may write.
    return json.dumps(news, default=_fields, separators=(",", ":"))


def read(said: str) -> News:
    """Back from the outbox, or `Garbled`."""
    try:
        fields: dict[str, Any] = json.loads(said)
        return News(
            Occasion(fields["occasion"]),
            fields["at"],
            _call(fields["call"]) if fields["call"] else None,
            Stop(**fields["stop"]) if fields["stop"] else None,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Garbled("This was written by another version of Gatehouse.") from error


def _fields(one: Any) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}


def _call(fields: Mapping[str, Any]) -> Call:
    content = fields["content"]
    lists = {
        "approvers": tuple(fields["approvers"]),
        "decisions": tuple(Said(**one) for one in fields["decisions"]),
        "content": None if content is None else tuple(_excerpt(one) for one in content),
    }
    return Call(**{**fields, **lists})


def _excerpt(fields: Mapping[str, Any]) -> Excerpt:
    return Excerpt(fields["title"], fields["text"], tuple(Mark(**mark) for mark in fields["marks"]))
