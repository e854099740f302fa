"""A tool's input in pieces: any cut, never half."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.errors import Refused
from sidecar.core.wire.claude.partial import PartialInput

INPUTS = [
    ("no piece at all is no input", [], {}),
    ("an empty piece too", [""], {}),
    ("whole", ['{"a":1}'], {"a": 1}),
    ("cut inside an escape", ['{"a":"\\', "u00", 'e9"}'], {"a": "é"}),
    ("cut inside a pair", ['{"a":"\\ud83d', '\\ude00"}'], {"a": "\U0001f600"}),
    ("never closed", ['{"a":'], None),
    ("a duplicate key", ['{"a":1,', '"a":2}'], None),
    ("something after it", ['{"a":1}', "x"], None),
    ("white space alone", [" "], None),
    ("half a character", ["\ud800"], None),
]


@pytest.mark.parametrize(("note", "pieces", "value"), INPUTS, ids=[row[0] for row in INPUTS])
def test_inputs(note, pieces, value):
    partial = PartialInput()
    for piece in pieces:
        partial.feed(piece)
    document = partial.document()
    assert (document.value if document else None) == value
    assert partial.raw == "".join(pieces)


@given(st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=60)
def test_any_cut(first, second):
    text = '{"a":["\\u00e9\\\\",{"b":null}]}'
    partial = PartialInput()
    for piece in (text[:first], text[first:][:second], text[first:][second:]):
        partial.feed(piece)
    assert partial.raw == text
    assert partial.document().value == {"a": ["é\\", {"b": None}]}


def test_bounded():
    partial = PartialInput(limit=10)
    partial.feed("x" * 10)
    with pytest.raises(Refused) as caught:
        partial.feed("x")
    assert caught.value.status == 502


def test_text_beyond_ascii_counts_as_characters():
    partial = PartialInput(limit=10)
    partial.feed('"' + "\U0001f600" * 8 + '"')
    assert partial.document().value == "\U0001f600" * 8
