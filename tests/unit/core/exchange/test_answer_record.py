"""What is written down of an answer: its words, its times, what was looked at."""

import json

import pytest

from sidecar.core.exchange import events as e
from sidecar.core.exchange.answer_record import Times, settled
from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.recalled import recalled
from sidecar.core.model.http import ResponseHead
from tests.unit.core.exchange.building import (
    JSON,
    KEY,
    MAIL,
    SSE,
    Call,
    ask,
    block,
    compiled,
    encoded,
    ending,
    gate,
    message,
    opening,
    request,
    text_block,
    text_of,
)

BLOB = "aGVsbG8gd29ybGQ="
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": BLOB}}


def answered(call: Call, kind: str = "answered") -> Record:
    return next(one for one in call.said if isinstance(one, Record) and one.kind == kind)


def said(call: Call, kind: str = "answered") -> dict[str, object]:
    record = answered(call, kind)
    outline = json.loads(record.parts[record.fact["answer"]["outline"]])
    return recalled(outline, record.parts)


def test_tokens_are_not_put_back_in_what_is_written_down() -> None:
    call = ask(gate(), request(f"mail {MAIL}", stream=True))
    token = json.loads(call.forward.body or b"")["messages"][0]["content"].removeprefix("mail ")
    call.answered([message(text_block(0, "to ", token, f" with {KEY} "))], SSE)
    assert MAIL in text_of(call.received), "the agent gets its own"
    (one,) = said(call)["content"]
    assert one["text"].startswith(f"to {token} with [KEY_")
    assert one["text"] == text_of(call.received).replace(MAIL, token)


def test_the_timing_is_a_part() -> None:
    call = ask(gate(), request("hi", stream=True)).answered([message(text_block(0, "one "))], SSE)
    record = answered(call)
    assert json.loads(record.parts[record.fact["answer"]["timing"]])["characters"] == [4]
    body = ask(gate(), request("hi")).answered({"type": "message", "content": []})
    assert answered(body).fact["answer"]["timing"] is None


BODIES = (
    ("a message", {"type": "message", "content": [{"type": "text", "text": f"x {KEY}"}]}, JSON, 200, "content"),
    ("an error", {"type": "error", "error": {"type": "api_error", "message": KEY}}, JSON, 500, "error"),
    ("an error page", f"<h1>{KEY}</h1>".encode(), (("content-type", "text/html"),), 502, "text"),
    ("lines", b'{"a":1}\n\n{"b":"x"}\n', (("content-type", "application/x-jsonl"),), 200, "lines"),
)


@pytest.mark.parametrize(("note", "body", "headers", "status", "field"), BODIES, ids=[note for note, *_ in BODIES])
def test_every_kind_of_body(
    note: str, body: object, headers: tuple[tuple[str, str], ...], status: int, field: str
) -> None:
    call = ask(gate(), request("hi")).answered(body, headers, status)
    assert field in said(call)
    assert KEY not in json.dumps(said(call))
    if field == "lines":
        assert said(call) == {"lines": [{"a": 1}, {"b": "x"}]}


def test_of_an_answer_without_a_body_nothing() -> None:
    call = ask(gate(), None, "/v1/models", method="HEAD")
    call.tell(e.ResponseStarted(ResponseHead(200, JSON), 1.0, end=True))
    assert answered(call).fact["answer"] is None


class TestScanned:
    def test_media_in_an_answer(self) -> None:
        call = ask(gate(), request("hi", stream=True)).answered([message(block(0, IMAGE))], SSE)
        assert answered(call).fact["scanned"] == {"extent": "partly", "why": ["image/png at content[0]"]}
        assert BLOB not in json.dumps(said(call))

    def test_all_of_it(self) -> None:
        call = ask(gate(), request("hi", stream=True)).answered([message(text_block(0, "x"))], SSE)
        assert answered(call).fact["scanned"] == {"extent": "whole", "why": []}

    def test_what_could_not_be_read(self) -> None:
        call = ask(gate(), request("hi")).answered(b"{", JSON)
        scanned = answered(call).fact["scanned"]
        assert scanned["extent"] == "not"
        assert answered(call).fact["answer"] is None

    def test_what_was_cut_before_it_was_whole(self) -> None:
        call = ask(gate(), request("hi"))
        call.tell(e.ResponseStarted(ResponseHead(200, JSON), 1001.0))
        call.tell(e.ResponseChunk(encoded({"a": 1})[:3], 1002.0))
        call.tell(e.Gone(1003.0))
        assert answered(call, "cut").fact["scanned"]["extent"] == "not"

    def test_what_a_policy_lets_through_unread(self) -> None:
        world = gate(head="paths: ['GET /v1/files/*']")
        call = ask(world, None, "/v1/files/x", method="GET")
        if not [one for one in call.said if isinstance(one, Record) and one.fact["refused_with"] is None]:
            pytest.fail(str(call.fact["say"]))
        call.answered(b"\x00\x01", (("content-type", "application/octet-stream"),))
        assert answered(call).fact["scanned"]["extent"] == "not"
        assert said(call)["unread_bytes"] == 2


def test_the_times() -> None:
    assert Times(1.0, 1.5, 1.75, 2.0).latency(4.0, 0.25) == {
        "receiving_ms": 500.0,
        "gate_ms": 250.0,
        "first_byte_ms": 250.0,
        "upstream_ms": 2250.0,
        "held_ms": 250.0,
        "human_ms": 0.0,
    }


def test_the_times_of_a_stream_that_waited() -> None:
    call = Call(gate()).ask(request("hi", stream=True))
    call.tell(e.Recorded(1000.5))
    call.tell(e.ResponseStarted(ResponseHead(200, SSE), 1001.0))
    start = event_of_text("AK")
    call.tell(e.ResponseChunk(opening() + start, 1002.0))
    call.tell(e.ResponseChunk(text_block(0, " so").split(b"\n\n", 1)[1] + ending(), 1004.0))
    call.tell(e.ResponseChunk(b"", 1005.0, end=True))
    latency = answered(call).fact["latency"]
    assert (latency["gate_ms"], latency["first_byte_ms"], latency["upstream_ms"]) == (500.0, 500.0, 4500.0)
    assert latency["held_ms"] == 2000.0


def event_of_text(text: str) -> bytes:
    """A block that has begun, with one delta."""
    return text_block(0, text).rsplit(b"event", 1)[0]


def test_what_has_not_ended_loses_what_may_be_half_a_secret() -> None:
    scan = compiled("\n  - {id: r, detect: ['secret/*'], do: mask}\n", "").compiled
    assert settled(scan, f"here: {KEY[:12]}") == "here: "
    assert settled(scan, "all done. ") == "all done. "


def test_a_stream_that_is_cut_is_written_down_as_far_as_it_came() -> None:
    call = ask(gate(), request("hi", stream=True))
    call.tell(e.ResponseStarted(ResponseHead(200, SSE), 1001.0))
    call.tell(e.ResponseChunk(opening() + event_of_text(f"it is {KEY[:10]}"), 1002.0))
    call.tell(e.Gone(1003.0))
    (one,) = said(call, "cut")["content"]
    assert one["text"] == "it is "
