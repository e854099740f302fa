"""A streamed answer: what leaves, when, and what never does."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.exchange import events as e
from sidecar.core.exchange.answer_stream import CUT
from sidecar.core.exchange.commands import SendAnswer
from sidecar.core.model.caller import Caller
from sidecar.core.model.http import ResponseHead
from sidecar.core.wire.sse import MOST_BYTES
from tests.unit.core.exchange.building import (
    KEY,
    KEY2,
    MAIL,
    PHONE,
    SSE,
    UPPER,
    Call,
    ask,
    block,
    cuts,
    delta,
    ending,
    event,
    gate,
    happened,
    message,
    opening,
    put_together,
    request,
    text_block,
    text_deltas,
    text_of,
    thinking_block,
    tool_block,
)

# An answer that the provider ends with an error loses what was held then; see TestEnds.
TRANSCRIPTS = [
    path for path in sorted((Path(__file__).parents[3] / "cases" / "wire").glob("*.sse")) if path.stem != "error"
]
WORLD = gate()
TEXT = {"type": "text", "text": ""}
TOOL = {"type": "tool_use", "id": "toolu_01234567", "name": "x", "input": {}}


def answered(pieces: Sequence[bytes], prompt: str = "hi", world: object = WORLD) -> Call:
    return ask(world, request(prompt, stream=True)).answered(list(pieces), SSE)


class TestUntouched:
    @pytest.mark.parametrize("path", TRANSCRIPTS, ids=[path.stem for path in TRANSCRIPTS])
    def test_a_harmless_stream_byte_for_byte_however_it_is_cut(self, path: Path) -> None:
        stream = path.read_bytes()
        for pieces in cuts(stream, 4):
            assert answered(pieces).received == stream

    @pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
    def test_any_line_end(self, end: bytes) -> None:
        stream = message(thinking_block(0, "so ", "it is"), text_block(1, "a ", "b"), tool_block(2, '{"a":', "1}"))
        stream = stream.replace(b"\n", end)
        for pieces in cuts(stream, 4):
            call = answered(pieces)
            assert call.received == stream
            assert call.facts["answered"]["complete"] is True

    def test_comments_pings_and_what_nobody_knows(self) -> None:
        stream = message(
            b": a comment\n\n",
            event("ping"),
            event("something_new", note="x", deep={"a": ["b"]}),
            block(0, {"type": "something_new", "x": "y"}, delta(0, type="new_delta", z="w")),
            b"id: 7\nretry: 100\n\n",
        )
        for pieces in cuts(stream, 3):
            assert answered(pieces).received == stream


class TestMasking:
    STREAM = message(
        thinking_block(0, "the key is gk-", "live-0123456789AB", "CDEF and ", f"{KEY2}."),
        text_block(1, "It is ", *KEY, ", and ", KEY2[:7], KEY2[7:], " too. Bye"),
        tool_block(2, '{"command": "echo \\u0067', KEY[1:], ' | cat", "n": 1.50}'),
    )

    def test_any_cut_gives_the_same_bytes(self) -> None:
        ways = {answered(pieces).received for pieces in cuts(self.STREAM)}
        assert len(ways) == 1
        thinking, text, tool = put_together(ways.pop())
        assert thinking["thinking"].startswith("the key is [KEY_")
        assert text["text"].startswith("It is [KEY_")
        assert text["text"].endswith(" too. Bye")
        assert tool["input"]["command"].startswith("echo [KEY_")
        assert tool["input"]["n"] == 1.5

    def test_no_beginning_of_a_secret_ever_leaves(self) -> None:
        """Looked at after every single byte."""
        call = ask(WORLD, request("hi"))
        call.tell(e.ResponseStarted(ResponseHead(200, SSE), 1.0))
        for at in range(len(self.STREAM)):
            sent = call.tell(e.ResponseChunk(self.STREAM[at : at + 1], 1.0))
            if any(isinstance(one, SendAnswer) for one in sent):
                seen = json.dumps(put_together_so_far(call.received))
                assert "gk-" not in seen, seen

    def test_no_secret_in_anything_that_was_said(self) -> None:
        call = answered([self.STREAM])
        said = call.received.decode() + repr(call.said) + json.dumps(call.facts)
        for secret in (KEY, KEY2):
            assert secret not in said
            assert secret[8:] not in said
        kept = call.facts["answered"]["findings"]
        assert {one["place"] for one in kept} == {"thinking", "response", "tool_call"}

    def test_events_beside_the_masked_one_keep_their_bytes(self) -> None:
        call = answered([message(text_block(0, "before ", f"{KEY} ", "after "))])
        for kept in (opening(), text_deltas(0, "before ")[0], text_deltas(0, "after ")[0], ending()):
            assert kept in call.received

    def test_a_block_that_begins_with_text(self) -> None:
        """The provider sends none there; an answer that does must not be a way around."""
        stream = message(block(0, {"type": "text", "text": KEY[:9], "n": 1}, *text_deltas(0, KEY[9:], " ok")))
        ways = {answered(pieces).received for pieces in cuts(stream, 3)}
        assert len(ways) == 1
        text = text_of(ways.pop())
        assert text.startswith("[KEY_")
        assert text.endswith("] ok")

    @pytest.mark.parametrize(
        ("note", "part"),
        [
            ("an event", event("something_new", note=KEY)),
            ("a block", block(0, {"type": "something_new", "x": KEY})),
            ("a delta", block(0, TEXT, delta(0, type="new_delta", z=f"{KEY} "))),
            ("a string beside a text", block(0, TEXT, delta(0, type="text_delta", text="a ", x=KEY))),
            ("a string beside an input", block(0, TOOL, delta(0, type="input_json_delta", partial_json="{}", x=KEY))),
            ("a citation", block(0, TEXT, delta(0, type="citations_delta", citation={"cited_text": f"see {KEY}"}))),
            ("a result", block(0, {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_01234567",
                "content": [{"type": "web_search_result", "title": KEY, "url": "x"}]})),
            ("a call's start", block(0, {**TOOL, "input": {"a": KEY}})),
            ("an error", event("error", error={"type": "api_error", "message": f"about {KEY}"})),
        ],
    )  # fmt: skip
    def test_wherever_a_string_stands(self, note: str, part: bytes) -> None:
        for pieces in ([message(part)], [message(part)[at : at + 1] for at in range(len(message(part)))]):
            received = answered(pieces).received
            assert KEY.encode() not in received
            assert b"[KEY_" in received

    def test_a_call_of_a_later_version_waits_too(self) -> None:
        kind = {"type": "browser_tool_use", "id": "toolu_01234567", "name": "x", "input": {}}
        stream = message(block(0, kind, delta(0, type="input_json_delta", partial_json=f'{{"a":"{KEY}"}}')))
        call = ask(WORLD, request("hi"))
        call.tell(e.ResponseStarted(ResponseHead(200, SSE), 1.0))
        call.tell(e.ResponseChunk(stream[: stream.index(b"event: content_block_stop")], 1.0))
        assert b"browser" not in call.received
        call.tell(e.ResponseChunk(stream[stream.index(b"event: content_block_stop") :], 1.0))
        assert put_together(call.received)[0]["input"]["a"].startswith("[KEY_")

    def test_line_ends_of_unicode_cannot_break_an_event(self) -> None:
        call = answered([message(text_block(0, f"a\u2028b\u0085c {KEY} d"))])
        assert "\u2028" not in call.received.decode()
        assert text_of(call.received).startswith("a\u2028b\u0085c [KEY_")


def put_together_so_far(sse: bytes) -> list[object]:
    """Open blocks too; a tool's input as it stands."""
    return [one.get("delta") or one.get("content_block") for one in happened(sse)]


WORDS = st.sampled_from([KEY, KEY2, UPPER, MAIL, PHONE, "word ", " ", "gk-", "AKIA", "@", "é", "[KEY_", "\n", "x"])


@given(st.lists(WORDS, max_size=8), st.data())
@settings(max_examples=120, deadline=None)
def test_any_words_in_any_deltas_are_masked_as_the_whole(words: list[str], data: st.DataObject) -> None:
    """The same text as JSON, which is judged whole, is the measure."""
    text = "".join(words)
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    deltas = [text[start:stop] for start, stop in zip([0, *places], [*places, len(text)], strict=True)]
    whole = ask(WORLD, request("hi")).answered({"type": "message", "content": [{"type": "text", "text": text}]})
    stream = answered([message(text_block(0, *deltas))])
    assert text_of(stream.received) == json.loads(whole.received)["content"][0]["text"]


class TestRestoring:
    def placeholder(self, world: object) -> str:
        call = ask(world, request(MAIL))
        return json.loads(call.forward.body or b"")["messages"][0]["content"]

    def test_a_placeholder_split_anywhere_becomes_the_value(self) -> None:
        world = gate()
        mark = self.placeholder(world)
        stream = message(
            text_block(0, "to ", *mark, "!"),
            thinking_block(1, mark[:4], mark[4:]),
            tool_block(2, '{"to":"', mark[:5], mark[5:], '"}'),
        )
        for pieces in cuts(stream, 3):
            text, thinking, tool = put_together(answered(pieces, MAIL, world).received)
            assert text["text"] == f"to {MAIL}!"
            assert thinking["thinking"] == MAIL
            assert tool["input"] == {"to": MAIL}

    def test_nobody_elses_placeholder_is_restored(self) -> None:
        mark = self.placeholder(world := gate())
        call = ask(world, request("hi"), caller=OTHER)
        assert text_of(call.answered([message(text_block(0, mark))], SSE).received) == mark

    def test_a_text_in_the_shape_of_a_placeholder_protects_nothing(self) -> None:
        call = answered([message(text_block(0, f"so [{UPPER}_22222222] it is"))])
        assert UPPER.encode() not in call.received


OTHER = Caller("bob", "company", (), "s-1")


class TestEnds:
    @pytest.mark.parametrize(
        ("note", "part", "kept"),
        [
            ("after the head", b"", 0),
            ("in a text", event("content_block_start", index=0, content_block={"type": "text", "text": ""}), 0),
            ("in a tool", tool_block(0, '{"command":"rm"}').split(b"event: content_block_stop")[0], None),
            ("in an event", b'event: content_block_start\ndata: {"ty', None),
        ],
    )
    def test_an_upstream_that_stops(self, note: str, part: bytes, kept: int | None) -> None:
        for pieces in cuts(opening() + part, 2):
            call = answered(pieces)
            last = happened(call.received)[-1]
            assert last["type"] == "error"
            assert last["error"]["message"] == CUT
            assert call.received.startswith(opening() + (part if kept is not None else b""))
            assert b"rm" not in call.received
            fact = call.facts["answered"]
            assert (fact["complete"], fact["broken"]) == (False, CUT)

    def test_held_text_never_leaves_on_a_cut(self) -> None:
        stream = opening() + text_block(0, "the key: ", KEY[:12]).split(b"event: content_block_stop")[0]
        received = answered([stream]).received
        assert b"the key: " in received
        assert KEY[:3].encode() not in received

    def test_the_providers_error_ends_it(self) -> None:
        error = event("error", error={"type": "overloaded_error", "message": "Overloaded"})
        held = text_block(0, "so ", KEY[:12]).split(b"event: content_block_stop")[0]
        for pieces in cuts(opening() + held + error, 3):
            received = answered(pieces).received
            assert received.endswith(error)
            assert b'"so "' in received
            assert KEY[:3].encode() not in received

    @pytest.mark.parametrize(
        ("note", "bad"),
        [
            ("no JSON", b"event: content_block_delta\ndata: {nonsense\n\n"),
            ("a delta of no block", delta(4, type="text_delta", text="x")),
            ("names that differ", b'event: ping\ndata: {"type":"content_block_stop","index":0}\n\n'),
            ("a second start", opening()),
        ],
    )
    def test_an_event_that_cannot_be(self, note: str, bad: bytes) -> None:
        for pieces in cuts(opening() + bad + text_block(0, "never") + ending(), 3):
            received = answered(pieces).received
            assert received.startswith(opening())
            assert [one["type"] for one in happened(received)] == ["message_start", "error"]

    def test_nothing_follows_the_end(self) -> None:
        stream = message(text_block(0, "bye"))
        for pieces in cuts(stream + event("ping") + text_block(1, "more") + b"x" * 50, 3):
            assert answered(pieces).received == stream

    def test_however_much_it_is(self) -> None:
        stream = message(text_block(0, "bye"))
        assert answered([stream, b"x" * (MOST_BYTES + 1), b"\n\n"]).received == stream
        received = answered([opening(), b"x" * (MOST_BYTES + 1), text_block(0, "more")]).received
        assert [one["type"] for one in happened(received)] == ["message_start", "error"]

    def test_an_input_cut_by_max_tokens_is_judged_as_far_as_it_goes(self) -> None:
        stream = message(tool_block(0, '{"command": "echo ', KEY, " and the"), reason="max_tokens")
        received = answered([stream]).received
        partial = happened(received)[2]["delta"]["partial_json"]
        assert partial.startswith('{"command": "echo [KEY_')
        assert partial.endswith("] and the"), "it stays open, as the provider left it"

    def test_an_input_that_is_no_json_ends_it(self) -> None:
        received = answered([message(tool_block(0, '{"a": }'))]).received
        assert happened(received)[-1]["type"] == "error"
        assert b"tool_use" not in received
