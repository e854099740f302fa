"""One tool call that waits for people: the questions about it, and where they stand.

Strategy: the same questions as about a request, one after the other, with the call itself on the card: its input, and
what it would do. The fingerprint is that of tool and canonical input, so that an approval fits exactly this call, and
the same call made anew finds its ticket.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from sidecar.core.approval.fingerprint import Content
from sidecar.core.exchange.asking import Subject, held
from sidecar.core.exchange.calls import Ruled
from sidecar.core.exchange.card import CallShown
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.holding import Holding
from sidecar.core.wire.json_strings import JsonValue

METHOD = "tool_call"  # no HTTP method: a call never has the fingerprint of a request


class Step(Enum):
    ASKING = auto()  # that people are asked is being recorded
    HOLDING = auto()  # they think
    SETTLING = auto()  # what they said is being recorded


@dataclass(slots=True, repr=False)
class HeldCall:
    holding: Holding
    step: Step = Step.ASKING


def held_call(context: AnswerContext, ruled: Ruled, number: int, at: float, *, streams: bool) -> HeldCall:
    """`number`: the how manieth of this answer that waits."""
    called = ruled.called
    shown = CallShown(called.id, called.tool, _lines(called.inputs), tuple(_would(ruled)))
    content = Content(METHOD, called.tool or "", canonical(called.inputs))
    subject = Subject(
        context.gate,
        context.exchange,
        context.caller,
        context.connection,
        context.model,
        content,
        at,
        called=shown,
        number=number,
    )
    questions = held(subject, context.session, ruled.judged, stream=streams, answers=False)
    holding = Holding.of(context.exchange, questions, None)
    if streams:
        holding.keeps_its_client()
    return HeldCall(holding)


def canonical(inputs: tuple[JsonValue, ...]) -> bytes:
    """The same for inputs that mean the same, whatever the order of their keys."""
    return json.dumps(inputs, sort_keys=True, separators=(",", ":")).encode()


def _lines(inputs: tuple[JsonValue, ...]) -> str:
    return "\n".join(line for one in inputs for line in _of(one))


def _of(given: JsonValue) -> Iterator[str]:
    for key, value in given.items() if isinstance(given, dict) else [("", given)]:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield f"{key}: {text}" if key else text


def _would(ruled: Ruled) -> Iterator[str]:
    """What it would do, in words."""
    understood = ruled.understood
    yield from dict.fromkeys(f"{deed.effect.value}: {deed.why}" for deed in understood.deeds)
    yield from (f"not understood: {words}" for words in understood.unread)
