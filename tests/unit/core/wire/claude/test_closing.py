"""JSON that stopped half-way: wherever it stops it can be closed, and nothing that arrived is lost."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.wire.claude.closing import closed
from sidecar.core.wire.json_strict import parse

LIMIT = 10_000
STOPPED = [
    ("inside a value", '{"command":"rm -r', {"command": "rm -r"}),
    ("inside a key", '{"comm', {"comm": None}),
    ("after a key", '{"command"', {"command": None}),
    ("after the colon", '{"command":', {"command": None}),
    ("after a comma", '{"a":1,', {"a": 1, "": None}),
    ("inside a list", '{"a":["x",["y"', {"a": ["x", ["y"]]}),
    ("inside a literal", '{"a":tr', {"a": True}),
    ("inside a number", '{"a":-', {"a": 0}),
    ("after the point of a number", '{"a":1.', {"a": 1.0}),
    ("at a backslash", '{"a":"x\\', {"a": "x\\"}),
    ("after a whole escape", '{"a":"x\\\\', {"a": "x\\"}),
    ("after a whole escape that looks like half of one", '{"a":"x\\\\u12', {"a": "x\\u12"}),
    ("after an escaped quote", '{"a":"x\\"', {"a": 'x"'}),
    ("brackets in a string", '{"a":"[{', {"a": "[{"}),
    ("not at all", '{"a":1}', {"a": 1}),
]


@pytest.mark.parametrize(("note", "raw", "value"), STOPPED, ids=[row[0] for row in STOPPED])
def test_closed_where_it_stopped(note, raw, value):
    document, added = closed(raw, LIMIT)
    assert document.value == value
    text = document.raw.decode()
    half_escape = "\\" if note == "at a backslash" else ""
    assert text[: len(text) - added] == raw + half_escape


@pytest.mark.parametrize(
    ("raw", "value"),
    [('"x\\u00', "x\x00"), ('"x\\u', "x\x00"), ('"x' + "\\" * 501, "x" + "\\" * 251), ('"\\ud83d\\u', "\ud83d\udc00")],
)
def test_half_an_escape_is_made_whole(raw, value):
    document, _ = closed(raw, LIMIT)
    assert document.value.encode("utf-16", "surrogatepass") == value.encode("utf-16", "surrogatepass")


@pytest.mark.parametrize(
    "raw", ["}", "[}", '{"a":1}}', '{"a" "b', "hello", '{"a":1,"a":2', '{"a":"\x01', '{"a":"\ud800']
)
def test_no_closing_makes_this_json(raw):
    assert closed(raw, LIMIT) is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-9, 9) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(min_size=1), values, min_size=1, max_size=3), st.booleans(), st.integers(0, 300))
@settings(max_examples=200)
def test_every_beginning_can_be_closed(value, ascii_only, stop):
    whole = json.dumps(value, ensure_ascii=ascii_only)
    raw = whole[: 1 + min(stop, len(whole))]
    document, added = closed(raw, LIMIT)
    text = document.raw.decode()
    assert text.startswith(raw)
    assert parse(document.raw).value == document.value
    assert set(text[len(text) - added :]) <= set('"}]:nulltrefas0')
