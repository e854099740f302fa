"""What the provider said, put together from its stream, and when."""

import json

import pytest

from sidecar.core.exchange.hearing import Hearing
from sidecar.core.wire.claude import stream as wire
from sidecar.core.wire.sse import SseReader
from tests.unit.core.exchange.building import (
    block,
    delta,
    ending,
    event,
    message,
    opening,
    put_together,
    text_block,
    thinking_block,
    tool_block,
)


def heard(sse: bytes, since: float = 0.0) -> Hearing:
    """Each event comes a tenth of a second after the one before."""
    hearing, reader = Hearing(since), wire.StreamReader()
    for number, one in enumerate(SseReader().feed(sse, end=True)):
        hearing.hear(reader.read(one), since + number / 10)
    return hearing


def cut(text: str) -> str:
    return text[:-2]


STREAMS = (
    ("texts", message(text_block(0, "one ", "two"), text_block(1, "three"))),
    ("thinking", message(thinking_block(0, "hm", " so"))),
    ("a call", message(tool_block(0, '{"a":', '"b\\n"}'))),
    ("a call without input", message(tool_block(0))),
    ("a result", message(block(0, {"type": "mcp_tool_result", "tool_use_id": "mcptoolu_0123456789", "content": "x"}))),
    ("nothing", message()),
)


@pytest.mark.parametrize(("note", "sse"), STREAMS, ids=[note for note, _ in STREAMS])
def test_it_is_what_an_sdk_puts_together(note: str, sse: bytes) -> None:
    assert heard(sse).message("end_turn", cut)["content"] == put_together(sse)


def test_the_message_around_it() -> None:
    told = heard(message(text_block(0, "hi"))).message("end_turn", cut)
    assert (told["id"], told["role"], told["stop_reason"]) == ("msg_0123456789", "assistant", "end_turn")
    assert "usage" not in told


def test_citations_and_unknown_deltas_stand_beside_the_text() -> None:
    inside = (
        delta(0, type="text_delta", text="a"),
        delta(0, type="citations_delta", citation={"type": "char_location", "cited_text": "c"}),
        delta(0, type="citations_delta", citation={"type": "char_location", "cited_text": "d"}),
        delta(0, type="later_delta", x=1),
    )
    (one,) = heard(message(block(0, {"type": "text", "text": ""}, *inside))).message(None, cut)["content"]
    assert [each["cited_text"] for each in one["citations"]] == ["c", "d"]
    assert one["text"] == "a"
    assert one["other_deltas"] == [{"type": "later_delta", "x": 1}]


def test_an_error_of_the_provider() -> None:
    told = heard(opening() + event("error", error={"type": "overloaded_error", "message": "later"})).message(None, cut)
    assert told["error"] == {"type": "overloaded_error", "message": "later"}


OPEN = (
    ("a text", text_block(0, "words").rsplit(b"event", 1)[0], {"type": "text", "text": "wor"}),
    ("an input", tool_block(0, '{"a":"bcd').rsplit(b"event", 1)[0], {"a": "b"}),
    ("an input that is whole", tool_block(0, '{"a":"b"}').rsplit(b"event", 1)[0], {"a": "b"}),
)


@pytest.mark.parametrize(("note", "inside", "kept"), OPEN, ids=[note for note, *_ in OPEN])
def test_of_what_has_not_ended_only_what_is_settled(note: str, inside: bytes, kept: dict[str, object]) -> None:
    (one,) = heard(opening() + inside).message(None, cut)["content"]
    assert one.get("input", one) == kept


def test_an_input_that_is_no_json_is_counted() -> None:
    (one,) = heard(message(tool_block(0, "}{"))).message(None, cut)["content"]
    assert one["input"] == {"unreadable_characters": 2}


def test_the_timing() -> None:
    sse = opening() + text_block(0, "one ", "two") + tool_block(1, "{}") + ending()
    timing = heard(sse, since=1000.0).timing()
    assert timing == {"waits": [200, 100, 300], "characters": [4, 3, 2], "blocks": [[0, 2], [1, 1]]}
    assert json.loads(json.dumps(timing)) == timing


def test_what_came_at_once_is_one() -> None:
    hearing, reader = Hearing(5.0), wire.StreamReader()
    for one in SseReader().feed(message(text_block(0, "a", "bc", "d"), text_block(1, "e")), end=True):
        hearing.hear(reader.read(one), 5.25)
    assert hearing.timing() == {"waits": [250, 0], "characters": [4, 1], "blocks": [[0, 1], [1, 1]]}


def test_a_clock_that_jumps_back_never_gives_a_time_before_the_request() -> None:
    hearing, reader = Hearing(100.0), wire.StreamReader()
    for one in SseReader().feed(message(text_block(0, "a")), end=True):
        hearing.hear(reader.read(one), 90.0)
    assert hearing.timing()["waits"] == [0]
