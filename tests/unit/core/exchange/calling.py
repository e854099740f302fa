"""A small world of tool calls: rules on them, a reader of two commands, and one answer in both shapes."""

import json
from collections.abc import Mapping

from sidecar.core.exchange.events import ResponseChunk, ResponseStarted
from sidecar.core.exchange.gate import Gate
from sidecar.core.model.effect import Deed, Effect, Node, Object, Thing, Understood
from sidecar.core.model.http import ResponseHead
from tests.unit.core.exchange.building import (
    JSON,
    MASKS,
    SSE,
    Call,
    block,
    delta,
    gate,
    happened,
    message,
    put_together,
    request,
    text_block,
)

RULES = """
  - {id: destroys, effect: [destroys_data], do: deny, say: Nothing is destroyed here., instead: Move it to trash.}
  - {id: words, where: [tool_call], match: {tool: Words}, do: deny, deny: {as: text}, say: Not this tool.}
  - {id: ends, where: [tool_call], match: {tool: Ends}, do: deny, deny: {as: error}, say: It ends here.}
  - {id: asks, effect: [spends], do: hold, approvers: [sre], say: Somebody looks at it.}
  - {id: never, where: [tool_call], match: {keywords: [zephyr]}, do: deny, say: Not zephyr.}
  - {id: dark, where: [tool_call], match: {tool: Read}, do: deny, stage: shadow}
"""
ID = "toolu_0123456789"


def understand(tool: str, given: Mapping[str, object]) -> Understood:
    """`rm` destroys, `buy` spends, `???` nobody understands, and all else reads."""
    command = str(given.get("command", ""))
    if "???" in command:
        return Understood(Node(command), ("question marks",))
    effect = next((found for word, found in WORDS.items() if word in command), Effect.READS)
    return Understood(Node(tool, (Deed(effect, command, (Object(Thing.PATH, command[-40:]),)),)))


WORDS = {"rm ": Effect.DESTROYS_DATA, "buy": Effect.SPENDS}


def calling(rules: str = RULES, **changed: object) -> Gate:
    return gate(MASKS + rules, **{"understand": understand, **changed})


def use(command: str, name: str = "Bash", id: str | None = ID, kind: str = "tool_use") -> dict[str, object]:
    return {"type": kind, **({"id": id} if id is not None else {}), "name": name, "input": {"command": command}}


def streamed(*blocks: dict[str, object], reason: str = "tool_use") -> bytes:
    """As the provider streams them."""
    return message(*(_block(index, one) for index, one in enumerate(blocks)), reason=reason)


def _block(index: int, one: dict[str, object]) -> bytes:
    if one["type"] == "text":
        return text_block(index, str(one["text"]))
    given = json.dumps(one["input"])
    parts = (given[:4], given[4:9], given[9:])
    inside = [delta(index, type="input_json_delta", partial_json=part) for part in parts]
    return block(index, {**one, "input": {}}, *inside)


def reply(*blocks: dict[str, object], reason: str = "tool_use") -> dict[str, object]:
    usage = {"input_tokens": 3, "output_tokens": 4}
    head = {"id": "msg_0123456789", "type": "message", "role": "assistant", "model": "claude-x"}
    return {**head, "content": list(blocks), "stop_reason": reason, "usage": usage}


def answer(world: Gate, *blocks: dict[str, object], stream: bool, reason: str = "tool_use", id: str = "gx_1") -> Call:
    call = Call(world, id).ask(request("hi", stream=stream)).recorded()
    if stream:
        return call.answered([streamed(*blocks, reason=reason)], SSE)
    return call.answered(reply(*blocks, reason=reason))


def asking(world: Gate, *blocks: dict[str, object], stream: bool, ends: bool = True) -> Call:
    """An answer with a call that waits for people, up to the question. `ends`: the upstream has said all."""
    call = Call(world).ask(request("hi", stream=stream)).recorded()
    call.tell(ResponseStarted(ResponseHead(200, SSE if stream else JSON), call.at))
    data = streamed(*blocks) if stream else json.dumps(reply(*blocks), ensure_ascii=False).encode()
    call.tell(ResponseChunk(data, call.at, end=ends))
    return call.recorded()


def content(call: Call) -> list[dict[str, object]]:
    """What the agent puts together."""
    if call.received.startswith(b"event:"):
        return put_together(call.received)
    return list(json.loads(call.received)["content"])


def stop_reason(call: Call) -> str:
    if not call.received.startswith(b"event:"):
        return str(json.loads(call.received)["stop_reason"])
    return next(one["delta"]["stop_reason"] for one in happened(call.received) if one["type"] == "message_delta")
