"""One tool call that waits for people: the questions about it, and where they stand.

Strategy: the same questions as about a request, one after the other, with the call itself on the card: its input, and
what it would do. The fingerprint is that of tool and canonical input, so that an approval fits exactly this call, and
the same call made anew finds its ticket.
"""

import json
from dataclasses import dataclass
from enum import Enum, auto

from sidecar.core.approval.fingerprint import Content
from sidecar.core.exchange.asking import Subject, held
from sidecar.core.exchange.call_card import call_shown
from sidecar.core.exchange.calls import Ruled
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


def held_call(
    context: AnswerContext, ruled: Ruled, number: int, at: float, *, streams: bool, said: JsonValue = None
) -> HeldCall:
    """`number`: the how manieth of this answer that waits. `said`: the answer as far as it came."""
    called = ruled.called
    shown = call_shown(called, ruled.understood, context.understand, context.before, said)
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
