"""What becomes of an answer whose client has waited for people: the rest of the answer that has begun, events of a
stream or one JSON text.

Strategy: all steps of an exchange go on as if nothing had begun; at their end, what would have been an answer with a
head of its own is turned here.

Rules: what comes whole ends the answer that has begun, and is an answer to the request. What is none (an error page, or
nothing) is told of as an error, with the status that the client does not get to see.
"""

from collections.abc import Sequence

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.answering import Answering
from sidecar.core.exchange.commands import Command, Respond, SendAnswer, StartAnswer
from sidecar.core.exchange.mcp.said import LIMITS
from sidecar.core.exchange.mcp.waits import Waits
from sidecar.core.wire.json_strict import parse
from sidecar.core.wire.mcp import reply
from sidecar.core.wire.mcp.message import Kind, read_message

NO_ANSWER = "The server answered with status {} and no message of MCP."


def turned(waits: Waits, commands: Sequence[Command], answering: Answering | None) -> Sequence[Command]:
    """The commands, as they are to be now."""
    refused = [_last(waits, one.body, one.status) for one in commands if isinstance(one, Respond)]
    started = any(isinstance(one, StartAnswer) for one in commands)
    kept = [one for one in commands if not isinstance(one, StartAnswer | Respond)]
    if answering is None or answering.streams or not started:
        return (*kept, *refused)
    body = b"".join(one.data for one in kept if isinstance(one, SendAnswer))
    told = (one for one in kept if not isinstance(one, SendAnswer))
    return (*told, _last(waits, body, answering.head.status))


def _last(waits: Waits, body: bytes, status: int) -> SendAnswer:
    return SendAnswer(waits.answer(body if _answers(waits, body) else _none(waits, status)), end=True)


def _answers(waits: Waits, body: bytes) -> bool:
    try:
        message = read_message(parse(body, LIMITS))
    except Refused:
        return False
    return message.kind in (Kind.RESULT, Kind.ERROR) and message.id == waits.id


def _none(waits: Waits, status: int) -> bytes:
    refused = Refused(502, Code.API, NO_ANSWER.format(status))
    return reply.refusal(refused, waits.method, waits.id, waits.exchange)
