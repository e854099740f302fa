"""A held call of a tool, whose client waits in an answer that has begun."""

import json

from sidecar.core.exchange.commands import Forward, OpenAnswer, SendAnswer
from sidecar.core.exchange.events import Tick
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.mcp.waits import SOON
from sidecar.core.model.http import Headers
from sidecar.core.wire.sse import SseReader
from tests.unit.core.exchange.building import JSON, MASKS, Call, gate
from tests.unit.core.exchange.mcp.speaking import ADA, request

RULES = (
    MASKS
    + """
  - {id: sends, where: [tool_call], match: {tool: send}, do: hold, approvers: [support], timeout: 20m}
"""
)
STREAMS: Headers = (*JSON, ("accept", "application/json, text/event-stream"))
ALONE: Headers = (*JSON, ("accept", "application/json"))


def world(more: str = "") -> Gate:
    return gate(RULES + more, "applies: {connections: [tickets]}")


def message(**arguments: object) -> dict[str, object]:
    return request("tools/call", 7, name="send", arguments=arguments, _meta={"progressToken": "t"})


def asking(made: Gate | None = None, headers: Headers = STREAMS, body: object = None) -> Call:
    """A call up to the question."""
    call = Call(made or world()).ask(body or message(to="x"), "/c/tickets", caller=ADA, headers=headers)
    return call.recorded().recorded()


def kept(made: Gate | None = None, body: object = None, headers: Headers = STREAMS) -> Call:
    """A call whose client has been told that it waits."""
    return ticked(asking(made, headers, body), SOON)


def ticked(call: Call, after: float) -> Call:
    call.at += after
    call.tell(Tick(call.at))
    return call


def heard(call: Call) -> list[dict[str, object]]:
    """Every message that the client got, in order."""
    return [json.loads(one.data) for one in SseReader().feed(call.received) if one.data]


def ended(call: Call) -> bool:
    """Its answer has come to its end: once, and with the last bytes."""
    sent = [one for one in call.said if isinstance(one, SendAnswer)]
    return [one.end for one in sent] == [*(False for _ in sent[1:]), True]


def opened(call: Call) -> int:
    return sum(isinstance(one, OpenAnswer) for one in call.said)


def forwarded(call: Call) -> int:
    return sum(isinstance(one, Forward) for one in call.said)
