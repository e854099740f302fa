"""What an agent sends and a provider answers: requests of about 42 KB like the Claude Agent SDK's, and streams.

Strategy: as measured with the real SDK, 32 KB of a request are tool definitions, the same on every turn, and the rest
is a system prompt and a conversation that is sent whole each time and grows.
"""

import json
from dataclasses import dataclass
from functools import cache

from bench.rig.texts import code, json_text, prose

TOOLS = 18
MODEL = "claude-sonnet-4-5-20250929"
JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says in one turn: words, then a call of a tool."""

    words: str
    tool: str
    input: dict[str, str]


def answer(turn: int) -> Answer:
    path = f"/srv/project/part_{turn}/module.py"
    return Answer(prose(400, seed=turn), "Tool3", {"path": path, "text": code(200, seed=turn)})


def tool_result(turn: int) -> str:
    return (code, json_text, prose)[turn % 3](1000, seed=turn)


def agent_turn(turn: int) -> bytes:
    """The request of turn n, counted from 1: everything said before, and something new at the end."""
    question = {"role": "user", "content": [{"type": "text", "text": prose(600, seed=-1)}]}
    before = [message for number in range(1, turn) for message in (_said(number), _done(number))]
    return _encoded(_frame() | {"messages": [question, *before]})


def new_bytes(turn: int) -> int:
    """What a turn's request has that the one before had not."""
    return len(agent_turn(turn)) - (len(agent_turn(turn - 1)) if turn > 1 else 0)


def small_request() -> bytes:
    """No tools, one short question, no stream."""
    return _encoded(
        {"model": MODEL, "max_tokens": 100, "messages": [{"role": "user", "content": "What is 2 plus 2? In one word."}]}
    )


def small_answer() -> bytes:
    return _encoded(_message() | {"content": [{"type": "text", "text": "Four."}], "stop_reason": "end_turn"})


def streamed(turn: int) -> tuple[bytes, ...]:
    """The answer of a turn as the provider's events, one item each."""
    said = answer(turn)
    text = [_delta(0, type="text_delta", text=piece) for piece in in_words(said.words)]
    tool = {"type": "tool_use", "id": _call(turn), "name": said.tool, "input": {}}
    raw = json.dumps(said.input)
    parts = [_delta(1, type="input_json_delta", partial_json=raw[at : at + 24]) for at in range(0, len(raw), 24)]
    return (
        event("message_start", message=_message() | {"content": []}),
        event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        *text,
        event("content_block_stop", index=0),
        event("content_block_start", index=1, content_block=tool),
        *parts,
        event("content_block_stop", index=1),
        event("message_delta", delta={"stop_reason": "tool_use", "stop_sequence": None}, usage={"output_tokens": 150}),
        event("message_stop"),
    )


def words_only(text: str) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """A stream of one text: what begins it, its deltas, what ends it."""
    begin = [
        event("message_start", message=_message() | {"content": []}),
        event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
    ]
    usage = {"output_tokens": 150}
    end = [
        event("content_block_stop", index=0),
        event("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage=usage),
        event("message_stop"),
    ]
    return begin, [_delta(0, type="text_delta", text=piece) for piece in in_words(text)], end


def in_words(text: str) -> list[str]:
    """Cut as a model's words come: one to five words a delta, the blank in front."""
    words = [word if at == 0 else f" {word}" for at, word in enumerate(text.split(" "))]
    pieces, at, size = [], 0, 1
    while at < len(words):
        pieces.append("".join(words[at : at + size]))
        at, size = at + size, size % 5 + 1
    return pieces


def event(name: str, **fields: object) -> bytes:
    data = json.dumps({"type": name, **fields}, separators=(",", ":"), ensure_ascii=False)
    return f"event: {name}\ndata: {data}\n\n".encode()


def _delta(index: int, **of: object) -> bytes:
    return event("content_block_delta", index=index, delta=of)


def _message() -> dict[str, object]:
    usage = {"input_tokens": 9000, "output_tokens": 1}
    return {"id": "msg_0", "type": "message", "role": "assistant", "model": MODEL, "stop_reason": None, "usage": usage}


def _call(turn: int) -> str:
    return f"toolu_{turn:024d}"


def _said(turn: int) -> dict[str, object]:
    """The words of an answer, as the agent sends them back."""
    one = answer(turn)
    use = {"type": "tool_use", "id": _call(turn), "name": one.tool, "input": one.input}
    return {"role": "assistant", "content": [{"type": "text", "text": one.words}, use]}


def _done(turn: int) -> dict[str, object]:
    result = {"type": "tool_result", "tool_use_id": _call(turn), "content": tool_result(turn)}
    return {"role": "user", "content": [result]}


@cache
def _frame() -> dict[str, object]:
    return {
        "model": MODEL,
        "max_tokens": 32000,
        "stream": True,
        "system": [{"type": "text", "text": prose(3500, seed=-2), "cache_control": {"type": "ephemeral"}}],
        "tools": [_tool(number) for number in range(TOOLS)],
        "metadata": {"user_id": "user_0_account__session_0"},
    }


def _tool(number: int) -> dict[str, object]:
    names = ("path", "pattern", "limit", "mode", "timeout")
    properties = {
        name: {"type": "string", "description": prose(90, seed=number * 10 + at), "enum": ["first", "second"]}
        for at, name in enumerate(names)
    }
    schema = {"type": "object", "properties": properties, "required": list(names), "additionalProperties": False}
    return {"name": f"Tool{number}", "description": prose(800, seed=number), "input_schema": schema}


def _encoded(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
