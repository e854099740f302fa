"""An answer that is denied half-way ends legally, and what it is denied for never leaves."""

import json

import pytest

from sidecar.core.exchange import events as e
from sidecar.core.model.http import ResponseHead
from tests.unit.core.exchange.building import (
    KEY,
    SSE,
    Call,
    ask,
    block,
    cuts,
    delta,
    event,
    gate,
    happened,
    message,
    opening,
    put_together,
    request,
    text_block,
    thinking_block,
    tool_block,
)

RULE = "\n  - {id: no-keys, detect: ['secret/*'], do: deny, say: No keys here.%s}\n"
ERROR, ANSWER = gate(RULE % ", deny: {as: error}"), gate(RULE % ", deny: {as: answer}")
TOOL = tool_block(1, '{"command":"echo ', KEY, '"}')
STREAMS = (
    ("a text", message(text_block(0, "well, ", "the key ", KEY, " and more"), text_block(1, "later"))),
    ("a text that ends with it", message(text_block(0, "well, ", KEY), text_block(1, "later"))),
    ("a text in one event", message(text_block(0, f"well, {KEY} and more"), text_block(1, "later"))),
    ("a tool call after a text", message(text_block(0, "well, "), TOOL, text_block(2, "later"))),
    ("a tool call after thinking", message(thinking_block(0, "well, "), TOOL, text_block(2, "later"))),
    ("a tool call alone", message(tool_block(0, f'{{"a":"{KEY}"}}'), text_block(1, "later"))),
    ("a block's start", message(block(0, {"type": "web_fetch_tool_result", "content": KEY}), text_block(1, "later"))),
    ("an unknown event", message(text_block(0, "well, "), event("new", note=KEY), text_block(1, "later"))),
)
ENDING = ["content_block_stop", "message_delta", "message_stop"]


def legal(received: bytes) -> list[str]:
    """The types of all events, after a client would have checked their order."""
    types, open_, seen = [], set(), set()
    for one in happened(received):
        kind, index = one["type"], one.get("index")
        types.append(kind)
        if kind == "content_block_start":
            assert index not in seen
            seen.add(index)
            open_.add(index)
        elif kind in ("content_block_delta", "content_block_stop"):
            assert index in open_
            open_ -= {index} if kind == "content_block_stop" else set()
        elif kind == "message_stop":
            assert not open_
    assert types[0] == "message_start"
    return types


@pytest.mark.parametrize("stream", [stream for _, stream in STREAMS], ids=[note for note, _ in STREAMS])
class TestDenied:
    def test_as_an_error(self, stream: bytes) -> None:
        for pieces in cuts(stream, 3):
            call = ask(ERROR, request("hi")).answered(pieces, SSE)
            assert legal(call.received)[-1] == "error"
            self.nothing_left(call)

    def test_as_an_answer(self, stream: bytes) -> None:
        for pieces in cuts(stream, 3):
            call = ask(ANSWER, request("hi")).answered(pieces, SSE)
            assert legal(call.received)[-3:] == ENDING
            assert put_together(call.received)[-1]["text"].endswith(f"No keys here. (exchange {call.id})")
            assert happened(call.received)[-2]["delta"]["stop_reason"] == "end_turn"
            self.nothing_left(call)

    def nothing_left(self, call: Call) -> None:
        said = call.received.decode() + repr(call.said) + json.dumps(call.facts)
        assert KEY not in said
        assert KEY[:6] not in said
        assert "tool_use" not in call.received.decode()
        assert "later" not in call.received.decode()
        fact = call.facts["answered"]
        assert (fact["verdict"], fact["rule"], fact["complete"]) == ("deny", "no-keys", False)


def test_half_a_thinking_block_cannot_be_ended_as_an_answer() -> None:
    """It would have no signature, and the provider would refuse the next turn."""
    call = ask(ANSWER, request("hi")).answered([message(thinking_block(0, "well, ", KEY, " so"))], SSE)
    assert legal(call.received)[-1] == "error"
    assert KEY.encode() not in call.received


def test_nor_what_never_began() -> None:
    call = ask(ANSWER, request("hi")).answered([event("new", note=KEY) + message()], SSE)
    assert [one["type"] for one in happened(call.received)] == ["error"]


def test_words_of_ours_never_stand_in_a_block_the_agent_does_not_know() -> None:
    """A tool call still waits: the agent has not heard of it."""
    start = event("content_block_start", index=0, content_block={"type": "tool_use", "name": "x", "input": {}})
    stream = opening() + start + delta(0, type="new_delta", note=KEY)
    call = ask(ANSWER, request("hi")).answered([stream], SSE)
    assert legal(call.received)[-3:] == ENDING
    assert len(put_together(call.received)) == 1


def test_after_a_denial_the_gate_only_listens() -> None:
    call = ask(ERROR, request("hi"))
    call.tell(e.ResponseStarted(ResponseHead(200, SSE), 1.0))
    call.tell(e.ResponseChunk(opening() + text_block(0, KEY, " "), 1.0))
    before = call.received
    for more in (text_block(1, "more"), b"event: x\ndata: {not json\n\n", b"y" * 1000):
        call.tell(e.ResponseChunk(more, 2.0))
    call.tell(e.ResponseChunk(b"", 3.0, end=True))
    assert call.received == before
