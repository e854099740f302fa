"""What data planes and the control plane say to each other, as protobuf messages and back.

Rule: text that has no UTF-8 form (half a surrogate in somebody's JSON) is made plain on the way out; everything else
arrives as it left.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf.message import DecodeError, Message

from sidecar.control.gen import control_pb2 as pb
from sidecar.core.approval.answer import Answer, Decider, Outcome
from sidecar.core.approval.asked import Asked, Excerpt, Mark, What
from sidecar.core.model.block import Block, Target
from sidecar.core.model.hold import Terms

SERVICE = "gatehouse.control.v1.Gates"
METHOD = "Connect"
# On the wire only: another question used the yes; ask again, for a ticket of your own.
ASK_AGAIN = "ask_again"
_TEXTS = ("id", "fingerprint", "session_key", "gate", "exchange", "connection", "subject", "provider", "rule", "policy")
_ASKED = (*_TEXTS, "policy_digest", "why", "at", "call")
_MAYBE = ("session", "agent", "model", "tool")


class Garbled(Exception):  # noqa: N818  (named for what happened)
    """Bytes that are not what the other side should say."""


def from_gate(data: bytes) -> Any:
    """One message of a data plane, as protobuf."""
    return _read(pb.FromGate, data)


def to_gate(data: bytes) -> Any:
    """One message of the control plane, as protobuf."""
    return _read(pb.ToGate, data)


def written(message: Message) -> bytes:
    return message.SerializeToString()


def asked_message(asked: Asked) -> Any:
    terms = asked.terms
    made = pb.Asked(
        what=asked.what.value,
        groups=[_text(group) for group in asked.groups],
        terms=pb.Terms(
            approvers=[_text(group) for group in terms.approvers],
            approvals=terms.approvals,
            timeout=terms.timeout,
            rationale_required=terms.rationale_required,
            reuse=terms.reuse,
        ),
        content=[_excerpt(one) for one in asked.content],
        before=[_excerpt(one) for one in asked.before],
        **{name: _plain(getattr(asked, name)) for name in (*_ASKED, *_MAYBE)},
    )
    return pb.FromGate(asked=made)


def asked_from(said: Any) -> Asked:
    terms = said.terms
    try:
        what = What(said.what)
    except ValueError as error:
        raise Garbled("an unknown kind of question") from error
    return Asked(
        what=what,
        groups=tuple(said.groups),
        terms=Terms(
            tuple(terms.approvers),
            max(1, terms.approvals),
            terms.timeout,
            terms.rationale_required,
            _maybe(terms, "reuse"),
        ),
        content=tuple(_excerpt_from(one) for one in said.content),
        before=tuple(_excerpt_from(one) for one in said.before),
        **{name: getattr(said, name) for name in _ASKED},
        **{name: _maybe(said, name) for name in _MAYBE},
    )


def settled_message(asker: str, answer: Answer) -> Any:
    deciders = [
        pb.Decider(
            subject=_text(one.subject),
            provider=_text(one.provider),
            yes=one.yes,
            rationale=_plain(one.rationale),
            at=one.at,
            for_session=one.for_session,
        )
        for one in answer.deciders
    ]
    made = pb.Settled(
        id=asker,
        outcome=answer.outcome.value,
        ticket=answer.ticket,
        deciders=deciders,
        reused=answer.reused,
        message=answer.message,
    )
    return pb.ToGate(settled=made)


def again_message(asker: str) -> Any:
    return pb.ToGate(settled=pb.Settled(id=asker, outcome=ASK_AGAIN))


def answer_from(said: Any) -> Answer:
    try:
        outcome = Outcome(said.outcome)
    except ValueError as error:
        raise Garbled("an unknown outcome") from error
    deciders = tuple(
        Decider(one.subject, one.provider, one.yes, _maybe(one, "rationale"), one.at, one.for_session)
        for one in said.deciders
    )
    return Answer(outcome, _maybe(said, "ticket"), deciders, said.reused, _maybe(said, "message"))


def stop_message(block: Block) -> Any:
    return pb.FromGate(stop=_block(block))


def stop_from(said: Any) -> Block:
    """What a rule may stop, and nothing else."""
    if said.target != Target.QUARANTINE.value or not said.id:
        raise Garbled("a data plane stops sessions that a rule stopped, and nothing else")
    return Block(said.id, Target.QUARANTINE, said.value, said.reason, said.at)


def stands_message(identifier: str) -> Any:
    return pb.ToGate(stands=pb.Stands(id=identifier))


def blocks_message(version: int, blocks: Iterable[Block]) -> Any:
    made = [_block(one) for one in blocks]
    return pb.ToGate(blocks=pb.Blocks(version=version, blocks=made))


def blocks_from(said: Any) -> tuple[Block, ...]:
    """A kind of target that we do not know is from a newer control plane: nothing here could be stopped by it."""
    known: Mapping[str, Target] = {target.value: target for target in Target}
    return tuple(
        Block(one.id, known[one.target], one.value, one.reason, one.at, _maybe(one, "before"))
        for one in said.blocks
        if one.target in known
    )


def _read(kind: Any, data: bytes) -> Any:
    try:
        message = kind.FromString(data)
    except DecodeError as error:
        raise Garbled("not a message of this service") from error
    if message.WhichOneof("said") is None:
        raise Garbled("a message without content")
    return message


def _block(one: Block) -> Any:
    return pb.Block(
        id=one.id,
        target=one.target.value,
        value=_text(one.value),
        reason=_text(one.reason),
        at=one.at,
        before=one.before,
    )


def _excerpt(one: Excerpt) -> Any:
    marks = [pb.Mark(start=mark.start, end=mark.end, rule=_text(mark.rule)) for mark in one.marks]
    return pb.Excerpt(title=_text(one.title), text=_text(one.text), marks=marks)


def _excerpt_from(said: Any) -> Excerpt:
    return Excerpt(said.title, said.text, tuple(Mark(one.start, one.end, one.rule) for one in said.marks))


def _maybe(message: Any, name: str) -> Any:
    return getattr(message, name) if message.HasField(name) else None


def _plain(value: object) -> Any:
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
