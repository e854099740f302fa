"""A reply as the message that the API would give."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from sidecar.simulator.ask import Ask
from sidecar.simulator.canonical import turns
from sidecar.simulator.reply import Json, Part, Reply, Say, Think, Use, Whole
from sidecar.simulator.seal import prefix, sign
from sidecar.simulator.tokens import Usage, tokens

NewId = Callable[[str], str]  # prefix ("msg", "toolu", "req") to identifier
TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")


@dataclass(frozen=True, slots=True)
class Spoken:
    """The message, and for each of its tool calls the JSON text of the input as the model wrote it."""

    message: dict[str, object]
    blocks: tuple[Json, ...]
    inputs: dict[int, str]


def compose(ask: Ask, reply: Reply, usage: Usage, new_id: NewId) -> Spoken:
    """Blocks in order; each thinking block is signed over everything before it."""
    said = turns(ask.messages)
    prefilled = said[-1].content if said[-1].role == "assistant" else ()
    before = len(said) - (said[-1].role == "assistant")
    blocks: list[Json] = []
    inputs: dict[int, str] = {}
    for part in reply.parts:
        if isinstance(part, Use):
            inputs[len(blocks)] = part.input
        blocks.append(_block(part, ask, before, (*prefilled, *blocks), new_id))
    stop = reply.stop or ("tool_use" if inputs else "end_turn")
    output = sum(tokens(json.dumps(block)) for block in blocks)
    message: dict[str, object] = {
        "id": new_id("msg"),
        "type": "message",
        "role": "assistant",
        "model": ask.model,
        "content": blocks,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": usage.fields(output),
    }
    return Spoken(message, tuple(blocks), inputs)


def _block(part: Part, ask: Ask, before: int, earlier: tuple[Json, ...], new_id: NewId) -> Json:
    match part:
        case Say(text, citations):
            return {"type": "text", "text": text} | ({"citations": list(citations)} if citations else {})
        case Think(text, redacted=False):
            signature = sign(prefix(ask, before, earlier), text)
            return {"type": "thinking", "thinking": text, "signature": signature}
        case Think():
            return {"type": "redacted_thinking", "data": sign(prefix(ask, before, earlier), "")}
        case Use(name, written, given):
            return {"type": "tool_use", "id": given or new_id("toolu"), "name": name, "input": json.loads(written)}
        case Whole(block):
            return block


def numbered_ids(seed: str) -> NewId:
    """Identifiers that look like the API's and are the same in every run with this seed."""
    count = 0

    def new_id(kind: str) -> str:
        nonlocal count
        count += 1
        return f"{kind}_01{hashlib.sha256(f'{seed}/{kind}/{count}'.encode()).hexdigest()[:22]}"

    return new_id
