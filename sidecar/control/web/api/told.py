"""Tickets and blocks as the API tells them."""

from sidecar.control.desk.blocks import Standing
from sidecar.control.desk.tickets import reviewer
from sidecar.control.person import Person
from sidecar.control.web.api.models import Approval, BlockOut, Decision, Excerpt, FullApproval, Mark
from sidecar.core.approval import asked
from sidecar.core.approval.ticket import State, Ticket, refusal


def approval(ticket: Ticket, person: Person, now: float) -> Approval:
    """Without its texts."""
    return Approval.model_validate(_fields(ticket, person, now))


def full_approval(ticket: Ticket, person: Person, now: float) -> FullApproval:
    texts = {
        "content": [_excerpt(one) for one in ticket.asked.content],
        "before": [_excerpt(one) for one in ticket.asked.before],
    }
    return FullApproval.model_validate({**_fields(ticket, person, now), **texts})


def block(standing: Standing) -> BlockOut:
    one = standing.block
    return BlockOut(
        id=one.id, target=one.target, value=one.value, reason=one.reason, at=one.at, before=one.before, by=standing.by,
        lifted=standing.lifted, lifted_by=standing.lifted_by,
    )  # fmt: skip


def _fields(ticket: Ticket, person: Person, now: float) -> dict[str, object]:
    call, terms = ticket.asked, ticket.asked.terms
    names = "subject provider session agent gate exchange connection model tool call rule policy policy_digest why"
    return {
        **{name: getattr(call, name) for name in names.split()},
        "id": ticket.id,
        "state": ticket.state,
        "opened": ticket.opened,
        "deadline": ticket.deadline,
        "seconds_left": max(0.0, ticket.deadline - now) if ticket.open else 0.0,
        "ended": ticket.ended,
        "groups": list(call.groups),
        "what": call.what.value,
        "fingerprint": call.fingerprint,
        "approvers": list(terms.approvers),
        "approvals_needed": terms.approvals,
        "approvals": ticket.yes,
        "rationale_required": terms.rationale_required,
        "reuse_seconds": terms.reuse,
        "for_session_until": ticket.for_session_until,
        "decisions": [
            Decision(subject=one.subject, provider=one.provider, yes=one.yes, rationale=one.rationale, at=one.at)
            for one in ticket.decisions
        ],
        "cannot": refusal(ticket, reviewer(person), now),
    }


def _excerpt(one: asked.Excerpt) -> Excerpt:
    return Excerpt(
        title=one.title,
        text=one.text,
        marks=[Mark(start=mark.start, end=mark.end, rule=mark.rule) for mark in one.marks],
    )


def states(said: str | None) -> tuple[State, ...]:
    """`pending,approved` as states; a `ValueError` for anything else."""
    return tuple(State(word.strip()) for word in said.split(",")) if said else ()
