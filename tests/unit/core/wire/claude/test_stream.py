"""Streams to happenings: transcripts with what happens in them, and everything that cannot be."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.wire.claude import stream as wire
from sidecar.core.wire.json_strings import strings
from sidecar.core.wire.sse import SseEvent, SseReader

CASES = Path(__file__).parents[4] / "cases" / "wire"
TRANSCRIPTS = sorted(CASES.glob("*.sse"))


class Teller:
    """Tells a stream in lines that a person can check against the transcript."""

    def __init__(self) -> None:
        self.inputs: dict[int, wire.PartialInput] = {}
        self._tell = {
            wire.MessageStarted: lambda it: f"message id={it.id} model={it.model} usage={_usage(it.usage)}",
            wire.BlockStarted: lambda it: " ".join(["block", str(it.index), it.kind, *_names(it), *_piece(it.piece)]),
            wire.Delta: lambda it: f"delta {it.index} {it.field} #{it.ordinal} {it.text!r}",
            wire.InputDelta: self._input,
            wire.WholeDelta: lambda it: " ".join(["whole", str(it.index), it.field, *_piece(it.piece)]),
            wire.SignatureDelta: lambda it: f"signature {it.index}",
            wire.BlockStopped: self._stop,
            wire.MessageDelta: lambda it: f"end {it.stop_reason} usage={_usage(it.usage)}",
            wire.MessageStopped: lambda _: "done",
            wire.Ping: lambda _: "ping",
            wire.Errored: lambda it: f"error {it.code} {it.message!r}",
            wire.Other: lambda it: f"other {[text.value for text in it.texts]}",
            wire.Malformed: lambda it: f"malformed: {it.why}",
        }

    def line(self, happening: wire.Happening) -> str:
        told = self._tell[type(happening)](happening)
        rest = getattr(happening, "texts", ())
        return f"{told} + {[text.value for text in rest]}" if rest and not told.startswith(("other", "error")) else told

    def _input(self, it: wire.InputDelta) -> str:
        self.inputs.setdefault(it.index, wire.PartialInput()).feed(it.partial)
        return f"input {it.index} #{it.ordinal} {it.partial!r}"

    def _stop(self, it: wire.BlockStopped) -> str:
        document = self.inputs[it.index].document() if it.index in self.inputs else None
        return f"stop {it.index}" + (f" input={json.dumps(document.value, ensure_ascii=False)}" if document else "")


def _names(it: wire.BlockStarted) -> list[str]:
    return [f"{key}={value}" for key, value in (("tool", it.tool), ("id", it.id)) if value]


def _usage(usage) -> str:
    return "/".join(str(getattr(usage, field)) for field in usage.__slots__)


def _piece(piece) -> list[str]:
    return [piece.place.value, str([text.value for text in piece.texts])] if piece else []


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=[path.stem for path in TRANSCRIPTS])
def test_transcripts_in_any_cut(path, cuts):
    expected = path.with_suffix(".happens").read_text().splitlines()
    raw = path.read_bytes()
    for chunks in cuts(raw):
        sse, reader, teller = SseReader(), wire.StreamReader(), Teller()
        happenings = [reader.read(event) for chunk in chunks for event in sse.feed(chunk)]
        assert [teller.line(happening) for happening in happenings] == expected
        assert b"".join(happening.event.raw for happening in happenings) == raw


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=[path.stem for path in TRANSCRIPTS])
def test_ordinals_are_those_of_the_event(path):
    reader = wire.StreamReader()
    for event in SseReader().feed(path.read_bytes()):
        happening = reader.read(event)
        document = getattr(happening, "document", None)
        known = strings(document.value) if document else []
        piece = getattr(happening, "piece", None)
        for text in (*getattr(happening, "texts", ()), *(piece.texts if piece else ())):
            assert known[text.ordinal] == text
        if isinstance(happening, wire.Delta):
            assert known[happening.ordinal].value == happening.text


def event(value: object, name: str | None = None) -> SseEvent:
    data = value if isinstance(value, str) else json.dumps(value)
    name = str(value.get("type", "")) if name is None and isinstance(value, dict) else name or ""
    raw = f"event: {name}\ndata: {data}\n\n".encode(errors="surrogateescape")
    return SseEvent(raw, name, data)


START = {"type": "message_start", "message": {"usage": {}}}
TEXT = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
TOOL = {
    "type": "content_block_start",
    "index": 0,
    "content_block": {"type": "tool_use", "id": "t", "name": "n", "input": {}},
}
SPELLED = {**TOOL, "content_block": {"type": "tool_use", "id": "t", "name": "n", "Name": "m", "input": {}}}
NEW = {"type": "content_block_start", "index": 0, "content_block": {"type": "hologram"}}
LATER = {**TEXT, "content_block": {"type": "x_tool_use"}}
STOP = {"type": "content_block_stop", "index": 0}
DONE = {"type": "message_stop"}


def delta(index: object, **fields: object) -> dict[str, object]:
    return {"type": "content_block_delta", "index": index, "delta": fields}


MALFORMED = [
    ("no JSON", [START], '{"type":"content_block_start"', "content_block_start"),
    ("not UTF-8", [START], '{"type":"ping","x":"\udcff"}', "ping"),
    ("a duplicate key", [START, TEXT], '{"type":"content_block_stop","index":1,"index":0}', "content_block_stop"),
    ("unknown and no JSON", [START], "hello", "greeting"),
    ("name and type differ", [START, TEXT], delta(0, type="text_delta", text="x"), "ping"),
    ("an unknown name around a known type", [START, TEXT], delta(0, type="text_delta", text="x"), "other"),
    ("a known name around an unknown type", [START], {"type": "greeting"}, "message_stop"),
    ("a known type without a name", [START, TEXT], delta(0, type="text_delta", text="x"), ""),
    ("a known name and no object", [START], "[]", "message_stop"),
    ("a second message", [START], START, None),
    ("a message without a message", [], {"type": "message_start"}, None),
    ("a message after the end", [START, DONE], START, None),
    ("a block before the message", [], TEXT, None),
    ("a block twice", [START, TEXT], TEXT, None),
    ("a block again", [START, TEXT, STOP], TEXT, None),
    ("a block within a block", [START, TEXT], {**TEXT, "index": 1}, None),
    ("a block that is not the next", [START], {**TEXT, "index": 1}, None),
    ("a message that begins with a call", [], {**START, "message": {"content": [{"type": "tool_use"}]}}, None),
    ("a message that begins with words", [], {**START, "message": {"content": "x"}}, None),
    ("a field of an event in another spelling", [START], {**TEXT, "Index": 0}, None),
    ("a field of a block in another spelling", [START], SPELLED, None),
    ("a field of a delta in another spelling", [START, TEXT], delta(0, type="text_delta", text="", Text="x"), None),
    ("a block without a block", [START], {"type": "content_block_start", "index": 0}, None),
    ("a block without an index", [START], {**TEXT, "index": None}, None),
    ("an index that is true", [START], {**TEXT, "index": True}, None),
    ("an index below zero", [START], {**TEXT, "index": -1}, None),
    ("a delta without a block", [START], delta(0, type="text_delta", text="x"), None),
    ("a delta of another block", [START, TEXT], delta(1, type="text_delta", text="x"), None),
    ("a delta after the block", [START, TEXT, STOP], delta(0, type="text_delta", text="x"), None),
    ("a delta that is none", [START, TEXT], {"type": "content_block_delta", "index": 0}, None),
    ("a delta without its text", [START, TEXT], delta(0, type="text_delta"), None),
    ("a delta whose text is a number", [START, TEXT], delta(0, type="text_delta", text=1), None),
    ("text in a tool call", [START, TOOL], delta(0, type="text_delta", text="x"), None),
    ("thinking in text", [START, TEXT], delta(0, type="thinking_delta", thinking="x"), None),
    ("input in text", [START, TEXT], delta(0, type="input_json_delta", partial_json="x"), None),
    ("input in an unknown block", [START, NEW], delta(0, type="input_json_delta", partial_json="x"), None),
    ("a stop without a block", [START], STOP, None),
    ("two stops", [START, TEXT, STOP], STOP, None),
    ("the end before the message", [], {"type": "message_delta", "delta": {}}, None),
    ("the end while a block is open", [START, TEXT], DONE, None),
    ("two ends", [START, DONE], DONE, None),
]  # fmt: skip


@pytest.mark.parametrize(("note", "before", "value", "name"), MALFORMED, ids=[row[0] for row in MALFORMED])
def test_what_cannot_be_ends_the_stream(note, before, value, name):
    reader = wire.StreamReader()
    for earlier in before:
        assert not isinstance(reader.read(event(earlier)), wire.Malformed)
    broken = reader.read(event(value, name))
    assert isinstance(broken, wire.Malformed)
    assert isinstance(reader.read(event({"type": "ping"})), wire.Malformed), "nothing is read after it"


FINE = [
    (
        "a tool block of a later version takes input",
        [START, LATER],
        delta(0, type="input_json_delta", partial_json="x"),
        wire.InputDelta,
    ),
    ("text in an unknown block", [START, NEW], delta(0, type="text_delta", text="x"), wire.Delta),
    ("a compaction that has no words", [START, NEW], delta(0, type="compaction_delta", content=None), wire.WholeDelta),
    ("a delta of no type", [START, TEXT], delta(0, text="x"), wire.WholeDelta),
    ("an unknown event without a name", [START], {"kind": "new"}, wire.Other),
    (
        "an error before the message",
        [],
        {"type": "error", "error": {"type": "api_error", "message": "m"}},
        wire.Errored,
    ),
    ("an error that says nothing", [START], {"type": "error"}, wire.Errored),
    (
        "usage of odd numbers",
        [START],
        {"type": "message_delta", "delta": {}, "usage": {"output_tokens": "7"}},
        wire.MessageDelta,
    ),
]


@pytest.mark.parametrize(("note", "before", "value", "kind"), FINE, ids=[row[0] for row in FINE])
def test_what_is_odd_but_can_be(note, before, value, kind):
    reader = wire.StreamReader()
    for earlier in before:
        reader.read(event(earlier))
    assert isinstance(reader.read(event(value)), kind)


@pytest.mark.parametrize(
    "value",
    [
        {"delta": {"type": "text_delta", "text": "x"}, "type": "content_block_delta", "index": 0},
        {"type": "content_block_delta", "note": "beside", "index": 0, "delta": {"type": "text_delta", "text": "x"}},
        {"type": "content_block_delta", "index": 0, "delta": {"text": "x", "type": "text_delta"}, "note": "beside"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x", "note": "beside"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x"}, "note": "beside"},
    ],
)
def test_a_delta_written_in_another_way(value):
    reader = wire.StreamReader()
    for earlier in (START, TEXT):
        reader.read(event(earlier))
    read = reader.read(event(value))
    assert strings(value)[read.ordinal].value == "x"
    assert [text.value for text in read.texts] == (["note", "beside"] if "note" in json.dumps(value) else [])


def test_an_event_without_data_says_nothing():
    assert isinstance(wire.StreamReader().read(SseEvent(b"event: message_stop\n\n", "message_stop")), wire.Ping)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["text", "text_delta", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "index", "delta", "text", "content_block", "message"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)
names = st.sampled_from(
    ["", "ping", "message_start", "content_block_start", "content_block_delta", "message_stop", "x"]
)


@given(st.lists(st.tuples(names, st.one_of(json_values.map(json.dumps), st.text()))))
@settings(max_examples=150)
def test_whatever_comes_something_happens(events):
    reader = wire.StreamReader()
    for name, data in events:
        happening = reader.read(SseEvent(b"", name, data))
        assert happening.event.data == data


def test_what_the_model_said_is_in_no_repr():
    reader = wire.StreamReader()
    for value in (START, TEXT, delta(0, type="text_delta", text="hidden", note="hidden")):
        assert "hidden" not in repr(reader.read(event(value)))
