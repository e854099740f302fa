"""An answer that flows: decoded, and what is recorded of it."""

import gzip
import json
import zlib

import brotli
import pytest
import zstandard

from tests.unit.core.exchange.building import (
    KEY,
    SSE,
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
