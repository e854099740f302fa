"""The ticket of a held call: its states, and who may move it.

Rules:
- `pending` ends as `approved`, `denied`, `expired` or `withdrawn`; `approved` as `used`, `expired` (nobody came for it
  in time) or `withdrawn`. What is not in the table cannot happen, and after an end nothing changes.
- Approved means: as many *different* people as the terms want said yes, and nobody said no. One no is enough.
- Nobody decides on their own call, and nobody decides twice.
- The times are those of whoever keeps the tickets, never the asker's: clocks differ between machines.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from sidecar.core.approval.answer import Answer, Decider, Outcome
from sidecar.core.approval.asked import Asked
from sidecar.core.errors import GatehouseError

# An approved call that nobody comes for: a client that was told to come again does so within seconds; after ten
# minutes it is not what people had in mind any more.
USE_WITHIN = 600.0
# Subjects of tokens that the control plane itself issued are those of the provider it exchanged them from.
OWN_PROVIDER = "gatehouse"
LONGEST_RATIONALE = 2_000


class NotAllowed(GatehouseError):  # noqa: N818  (an answer, not a fault)
    """This person cannot do this to this ticket. The message is a sentence for them."""


class State(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    USED = "used"


class Step(StrEnum):
    """What can happen to a ticket."""

    YES = "one more yes is needed after this one"
    LAST_YES = "the yes that makes it enough"
    NO = "a no"
    LATE = "its time is over"
    LEFT = "nobody waits for it any more"
    TAKEN = "the call went"


TABLE: Mapping[tuple[State, Step], State] = MappingProxyType(
    {
        (State.PENDING, Step.YES): State.PENDING,
        (State.PENDING, Step.LAST_YES): State.APPROVED,
        (State.PENDING, Step.NO): State.DENIED,
        (State.PENDING, Step.LATE): State.EXPIRED,
        (State.PENDING, Step.LEFT): State.WITHDRAWN,
        (State.APPROVED, Step.TAKEN): State.USED,
        (State.APPROVED, Step.LATE): State.EXPIRED,
        (State.APPROVED, Step.LEFT): State.WITHDRAWN,
    }
)
OPEN = frozenset((State.PENDING, State.APPROVED))
_ENDED: Mapping[State, str] = MappingProxyType(
    {
        State.APPROVED: "was already approved",
        State.DENIED: "was already denied",
        State.EXPIRED: "has expired",
        State.WITHDRAWN: "was withdrawn by the one who asked",
        State.USED: "was approved, and the call went",
    }
)


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who wants to decide, as known at this moment."""

    subject: str
    provider: str
    groups: frozenset[str] = frozenset()
    may_review: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """`deadline`: until when it can be decided, or, once approved, used. `used_by`: the question it let go."""

    id: str
    asked: Asked
    state: State
    opened: float
    deadline: float
    decisions: tuple[Decider, ...] = ()
    ended: float | None = None
    for_session_until: float | None = None
    used_by: str | None = None

    @property
    def yes(self) -> int:
        return sum(decision.yes for decision in self.decisions)

    @property
    def open(self) -> bool:
        return self.state in OPEN


def opened(identifier: str, asked: Asked, at: float) -> Ticket:
    return Ticket(identifier, asked, State.PENDING, at, at + asked.terms.timeout)


def decided(
    ticket: Ticket, reviewer: Reviewer, yes: bool, rationale: str | None, at: float, *, for_session: bool = False
) -> Ticket:
    """The ticket with this person's word, or `NotAllowed`."""
    rationale = (rationale or "").strip() or None
    if why := refusal(ticket, reviewer, at) or _unfit(ticket, yes, rationale, for_session):
        raise NotAllowed(why)
    decision = Decider(reviewer.subject, reviewer.provider, yes, rationale, at, for_session)
    spoken = replace(ticket, decisions=(*ticket.decisions, decision))
    if not yes:
        return _moved(spoken, Step.NO, at)
    if spoken.yes < ticket.asked.terms.approvals:
        return _moved(spoken, Step.YES, at)
    return replace(_moved(spoken, Step.LAST_YES, at), deadline=at + USE_WITHIN, for_session_until=_until(spoken, at))


def refusal(ticket: Ticket, reviewer: Reviewer, at: float) -> str | None:
    """Why this person cannot decide here at all; nothing if they can."""
    asked = ticket.asked
    if ticket.state is not State.PENDING:
        return f"This call {_ENDED[ticket.state]}; nothing can be changed any more."
    if at >= ticket.deadline:
        return "This call has expired; nothing can be changed any more."
    if _same_person(reviewer, asked):
        return "Nobody decides on their own call."
    if not reviewer.may_review:
        return "Only reviewers decide on calls."
    if asked.terms.approvers and reviewer.groups.isdisjoint(asked.terms.approvers):
        return f"The rule {asked.rule} wants somebody of {' or '.join(asked.terms.approvers)}."
    if any(_same(reviewer, decision.subject, decision.provider) for decision in ticket.decisions):
        return "You have decided already; another person is needed."
    return None


def expired(ticket: Ticket, at: float) -> Ticket:
    """The ticket, ended if its time is over."""
    return _moved(ticket, Step.LATE, at) if ticket.open and at >= ticket.deadline else ticket


def withdrawn(ticket: Ticket, at: float) -> Ticket:
    """The ticket, ended if it was open: nobody waits for it any more."""
    return _moved(ticket, Step.LEFT, at) if ticket.open else ticket


def used(ticket: Ticket, asker: str, at: float) -> Ticket:
    """The ticket as it is once this question's call goes; as it was if there is nothing to go by."""
    if ticket.state is not State.APPROVED or at >= ticket.deadline:
        return ticket
    return replace(_moved(ticket, Step.TAKEN, at), used_by=asker)


def answer(ticket: Ticket, asker: str) -> Answer | None:
    """What this question is told; nothing as long as there is nothing to tell.

    An approval is told to the one question that used it, however often it asks again.
    """
    if ticket.state is State.USED and ticket.used_by == asker:
        return Answer(Outcome.APPROVED, ticket.id, ticket.decisions)
    told = {State.DENIED: Outcome.DENIED, State.EXPIRED: Outcome.EXPIRED, State.WITHDRAWN: Outcome.WITHDRAWN}
    outcome = told.get(ticket.state)
    return Answer(outcome, ticket.id, ticket.decisions) if outcome else None


def _moved(ticket: Ticket, step: Step, at: float) -> Ticket:
    state = TABLE.get((ticket.state, step))
    if state is None:
        raise NotAllowed(f"This call {_ENDED[ticket.state]}; nothing can be changed any more.")
    return replace(ticket, state=state, ended=at if state not in OPEN else ticket.ended)


def _unfit(ticket: Ticket, yes: bool, rationale: str | None, for_session: bool) -> str | None:
    terms = ticket.asked.terms
    if terms.rationale_required and rationale is None:
        return f"The rule {ticket.asked.rule} wants a rationale."
    if rationale is not None and len(rationale) > LONGEST_RATIONALE:
        return f"A rationale has at most {LONGEST_RATIONALE} characters."
    if for_session and (terms.reuse is None or not yes):
        return f"The rule {ticket.asked.rule} allows a yes for this one call only."
    return None


def _until(ticket: Ticket, at: float) -> float | None:
    """A yes stands for the session only if everybody who said yes meant it so."""
    reuse = ticket.asked.terms.reuse
    return at + reuse if reuse is not None and all(one.for_session for one in ticket.decisions) else None


def _same_person(reviewer: Reviewer, asked: Asked) -> bool:
    return _same(reviewer, asked.subject, asked.provider)


def _same(reviewer: Reviewer, subject: str, provider: str) -> bool:
    """Subjects are often mail addresses, which some providers write in other cases."""
    if reviewer.subject.casefold() != subject.casefold():
        return False
    return reviewer.provider == provider or OWN_PROVIDER in (reviewer.provider, provider)
