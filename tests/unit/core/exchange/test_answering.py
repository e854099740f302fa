"""Which kind of answer it is, its head, and what is recorded of it."""

import gzip
import json
import zlib

import brotli
import pytest
import zstandard

from sidecar.core.exchange import events as e
from sidecar.core.exchange.answer_body import FORGOTTEN
from sidecar.core.exchange.commands import SendAnswer, StartAnswer
from sidecar.core.model.http import Headers, ResponseHead
from tests.unit.core.exchange.building import (
    JSON,
    KEY,
    SSE,
    Call,
    ask,
    ending,
    gate,
    message,
    opening,
    request,
    text_block,
)

WORLD = gate()
STREAM = message(text_block(0, "one ", f"two {KEY} ", "three "))
PACKED = (
    ("gzip", gzip.compress(STREAM, mtime=0)),
    ("deflate", zlib.compress(STREAM)),
    ("br", brotli.compress(STREAM)),
    ("zstd", zstandard.compress(STREAM)),
)


@pytest.mark.parametrize(("name", "packed"), PACKED, ids=[name for name, _ in PACKED])
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_compressed_stream_is_judged_and_leaves_plain(name: str, packed: bytes, size: int) -> None:
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
    call = ask(WORLD, request("hi")).answered(pieces, (*SSE, ("content-encoding", name)))
    assert call.received == ask(WORLD, request("hi")).answered([STREAM], SSE).received
    assert "content-encoding" in call.start.remove
    assert call.facts["answered"]["complete"] is True


@pytest.mark.parametrize(
    "packed", [gzip.compress(STREAM, mtime=0)[:-12], gzip.compress(STREAM, mtime=0)[:40], b"\x1f\x8bnonsense"]
)
def test_a_damaged_stream_ends_with_an_error(packed: bytes) -> None:
    call = ask(WORLD, request("hi")).answered([packed], (*SSE, ("content-encoding", "gzip")))
    received = call.received
    assert KEY.encode() not in received
    if ending() not in received:
        assert received.rstrip().endswith(b"}}")
        assert b"event: error" in received


def test_a_stream_bomb_ends_with_an_error() -> None:
    bomb = gzip.compress(opening() + b": " + b"x" * (40 << 20))
    call = ask(WORLD, request("hi")).answered([bomb], (*SSE, ("content-encoding", "gzip")))
    assert b"event: error" in call.received
    assert len(call.received) < 2000


@pytest.mark.parametrize(
    ("note", "headers", "status", "streams"),
    [
        ("an event stream", SSE, 200, True),
        ("with capital letters", (("content-type", "Text/Event-Stream"),), 200, True),
        ("an error in its type", SSE, 500, False),
        ("JSON", JSON, 200, False),
        ("nothing", (), 200, False),
    ],
)
def test_only_an_event_stream_flows(note: str, headers: Headers, status: int, streams: bool) -> None:
    call = ask(WORLD, request("hi"))
    commands = call.tell(e.ResponseStarted(ResponseHead(status, headers), 1.0))
    assert [type(one) for one in commands] == ([StartAnswer] if streams else [])
    if streams:
        assert ("x-gatehouse-exchange", "gx_1") in call.start.set
        assert "content-length" in call.start.remove


def test_the_head_of_an_answer_without_a_body_stays() -> None:
    call = ask(WORLD, None, "/v1/models", method="HEAD")
    call.tell(e.ResponseStarted(ResponseHead(200, (*JSON, ("content-length", "77"))), 1.0, end=True))
    assert call.start.remove == ()
    assert not [one for one in call.said if isinstance(one, SendAnswer)]


def test_the_fact_of_a_stream() -> None:
    call = ask(WORLD, request("hi")).answered([STREAM], SSE)
    fact = call.facts["answered"]
    assert fact["exchange"] == "gx_1"
    assert fact["status"] == 200
    assert (fact["verdict"], fact["rule"]) == ("mask", "secrets")
    assert fact["usage"]["input_tokens"] == 7
    assert fact["usage"]["output_tokens"] == 5
    assert fact["stop_reason"] == "end_turn"
    assert fact["held_characters"] >= 0
    assert json.loads(json.dumps(fact)) == fact


class TestWhenThePastIsForgotten:
    THOUGHT = (
        {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        {"type": "text", "text": "so"},
    )
    BODY = b'{"type":"error","error":{"type":"invalid_request_error","message":"messages.1: Invalid `signature`"}}'

    def after(self, world: object, error: bytes = BODY, status: int = 400) -> Call:
        return ask(world, request("hi", list(self.THOUGHT), "and?")).answered(error, JSON, status)

    def test_the_agent_gets_a_sentence_and_gets_it_again(self) -> None:
        world = gate()
        for _ in range(2):
            call = self.after(world)
            error = json.loads(call.received)["error"]
            assert error["message"].startswith(FORGOTTEN)
            assert "Invalid `signature`" in error["message"]
            assert call.start.status == 400
            assert ("x-should-retry", "false") in call.start.set

    @pytest.mark.parametrize("error", [b'{"type":"error","error":{"message":"max_tokens: too large"}}', b""])
    def test_not_for_another_error(self, error: bytes) -> None:
        assert self.after(gate(), error).received == error

    def test_not_for_another_status(self) -> None:
        assert self.after(gate(), status=500).received == self.BODY

    def test_not_where_the_gate_knows_the_conversation(self) -> None:
        world = gate()
        ask(world, request("hi")).answered({"type": "message", "content": list(self.THOUGHT)})
        assert self.after(world).received == self.BODY

    def test_not_where_nothing_is_signed(self) -> None:
        call = ask(gate(), request("hi", "so", "and?")).answered(self.BODY, JSON, 400)
        assert call.received == self.BODY
