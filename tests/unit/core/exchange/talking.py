"""A whole session: an agent that replays what it was given, and a provider that checks that its past never changes.

Rule: the provider compares value for value what it receives as history with what it received and said before. That is
stricter than a signature, and than a prompt cache.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from sidecar.core.exchange.gate import Gate
from sidecar.core.model.caller import Caller
from tests.unit.core.exchange.building import (
    CALLER,
    SSE,
    Call,
    block,
    delta,
    message,
    put_together,
    request,
)

Block = dict[str, object]
Says = Callable[[str], list[Block]]  # what the provider answers, given the last thing it heard as JSON


def always(*blocks: Block) -> Says:
    """An answer that does not depend on what was heard."""
    return lambda _heard: list(blocks)


def text(words: str, **more: object) -> Block:
    return {"type": "text", "text": words, **more}


def thinking(words: str) -> Block:
    return {"type": "thinking", "thinking": words, "signature": "c2lnbmF0dXJl"}


def tool(id: str, name: str = "Bash", **input: object) -> Block:
    return {"type": "tool_use", "id": f"toolu_{id:0>12}", "name": name, "input": input}


def result(id: str, content: object) -> Block:
    return {"type": "tool_result", "tool_use_id": f"toolu_{id:0>12}", "content": content}


def streamed(blocks: Sequence[Block], random: Random) -> bytes:
    """The blocks as the provider streams them, in deltas of any size."""
    return message(*(_streamed(index, one, random) for index, one in enumerate(blocks)))


def _streamed(index: int, one: Block, random: Random) -> bytes:
    match one["type"]:
        case "text":
            parts = [delta(index, type="text_delta", text=part) for part in split(str(one["text"]), random)]
            cited = [delta(index, type="citations_delta", citation=each) for each in one.get("citations", ())]
            return block(index, {"type": "text", "text": ""}, *parts, *cited)
        case "thinking":
            parts = [delta(index, type="thinking_delta", thinking=part) for part in split(str(one["thinking"]), random)]
            signed = delta(index, type="signature_delta", signature=one["signature"])
            return block(index, {"type": "thinking", "thinking": "", "signature": ""}, *parts, signed)
        case "tool_use":
            raw = json.dumps(one["input"], ensure_ascii=random.random() < 0.5)
            parts = [delta(index, type="input_json_delta", partial_json=part) for part in split(raw, random)]
            return block(index, {**one, "input": {}}, *parts)
    return block(index, one)


def split(words: str, random: Random) -> list[str]:
    parts = []
    while words:
        size = random.randrange(1, 9)
        parts.append(words[:size])
        words = words[size:]
    return parts


@dataclass
class Session:
    """`replays`: what the agent does to a message of the assistant before it sends it again."""

    gate: Gate
    stream: bool = True
    caller: Caller = CALLER
    replays: Callable[[list[Block]], list[Block]] = list
    fields: dict[str, object] = field(default_factory=dict)  # of every request
    random: Random = field(default_factory=lambda: Random(7))  # noqa: S311  (where deltas are cut, no secret)
    agent: list[Block] = field(default_factory=list)
    provider: list[Block] = field(default_factory=list)

    def turn(self, says: object, answers: Says) -> Call:
        """The agent says something, the provider answers it. What the agent got is in `got`."""
        self.agent.append({"role": "user", "content": says})
        body = request(**self.fields, messages=self.agent, stream=self.stream)
        call = Call(self.gate, f"gx_{(len(self.agent) + 1) // 2}").ask(body, caller=self.caller).recorded()
        heard = json.loads(call.forward.body or b"")["messages"]
        self._check(heard)
        said = answers(json.dumps(heard[-1], ensure_ascii=False))
        self.provider = [*heard, {"role": "assistant", "content": said}]
        if self.stream:
            got = put_together(call.answered([streamed(said, self.random)], SSE).received)
        else:
            got = json.loads(call.answered({"type": "message", "content": said, "usage": {}}).received)["content"]
        self.got = got
        self.agent.append({"role": "assistant", "content": self.replays(got)})
        return call

    def _check(self, heard: list[Block]) -> None:
        past = heard[: len(self.provider)]
        assert len(past) == len(self.provider)
        for was, now in zip(self.provider, past, strict=True):
            assert _trimmed_all(now) == _trimmed_all(was), "the provider's past changed"


def _trimmed_all(message: Block) -> Block:
    if message["role"] != "assistant":
        return message
    return {**message, "content": [_trimmed(each) for each in message["content"]]}


def _trimmed(one: Block) -> Block:
    """The end of a text may be cut by the agent; the provider could not tell that from an agent without a gate."""
    return {**one, "text": str(one["text"]).rstrip()} if one["type"] == "text" else one
