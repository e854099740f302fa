"""Walking JSON in three ways: what each keeps, and that all count alike."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.model.place import Place
from sidecar.core.wire.claude.gather import Cursor
from sidecar.core.wire.json_strings import strings

TOOL = {"name": "n", "input_schema": {"type": "object", "properties": {"type": {"type": "string", "title": "t"}}}}
BLOCK = {"type": "text", "text": "t", "cache_control": {"type": "ephemeral", "ttl": "5m"}, "new": {"type": "text"}}
KEPT = [
    (
        "free keeps everything",
        "free",
        BLOCK,
        ["type", "text", "text", "t", "cache_control", "type", "ephemeral", "ttl", "5m", "new", "type", "text"],
    ),
    ("shaped keeps what somebody wrote", "shaped", BLOCK, ["t", "new", "type", "text"]),
    ("schema keeps what somebody wrote", "schema", TOOL, ["n", "t"]),
    (
        "a schema's words elsewhere are text",
        "schema",
        {"name": "x", "enum": ["object", "string"]},
        ["x", "object", "string"],
    ),
    ("a property of a name of its own", "schema", {"properties": {"path": {"type": "string"}}}, ["path"]),
    ("a type of its own", "schema", {"type": "spell"}, ["spell"]),
    ("empty strings are not kept", "free", {"": "", "a": ""}, ["a"]),
    ("a string alone", "free", "x", ["x"]),
    ("a number alone", "schema", 7, []),
    ("lists in lists", "schema", [["a", ["b"]], "c"], ["a", "b", "c"]),
    ("an unknown type is free", "shaped", {"type": "hologram", "text": "t"}, ["type", "hologram", "text", "t"]),
    ("no type is the API's own shape", "shaped", {"text": "t", "enabled": True}, ["t"]),
    ("input is free", "shaped", {"type": "tool_use", "input": {"type": "text"}}, ["type", "text"]),
    ("an inline tool is a schema", "shaped", {"type": "tool_definition", "definition": TOOL}, ["n", "t"]),
]


@pytest.mark.parametrize(("note", "way", "value", "kept"), KEPT, ids=[row[0] for row in KEPT])
def test_kept(note, way, value, kept):
    cursor = walked(way, value)
    piece = cursor.cut(Place.PROMPT, "here")
    assert [text.value for text in piece.texts] == kept if piece else not kept


def walked(way: str, value: object) -> Cursor:
    cursor = Cursor()
    if way == "shaped":
        cursor.shaped(value, "")
    else:
        getattr(cursor, way)(value)
    return cursor


def test_what_a_schema_says_in_its_own_words_counts_as_characters():
    cursor = walked("schema", TOOL)
    words = ("name", "input_schema", "type", "object", "properties", "type", "type", "string", "title")
    assert cursor.skipped_characters == sum(map(len, words))


def test_a_cut_takes_the_texts_once():
    cursor = walked("free", ["a"])
    first, second = cursor.cut(Place.PROMPT, "p", assistant=True, tool="t"), cursor.cut(Place.PROMPT, "q")
    assert (first.path, first.assistant, first.tool, second) == ("p", True, "t", None)
    assert cursor.pieces == [first]


@pytest.mark.parametrize(
    ("media", "data", "named", "kept"),
    [
        ("image/png", "iVBO\nRw==", "image/png", []),
        ("application/pdf", "", "application/pdf", []),
        ("text/plain", "aGVsbG8=", "text/plain", []),
        ("a sentence", "aGVsbG8=", "unknown type", ["a sentence"]),
        (7, "aGVsbG8=", "unknown type", []),
        ("image/png", "no base64 here", None, ["no base64 here"]),
    ],
)
def test_binary_is_named_and_not_kept(media, data, named, kept):
    cursor = Cursor()
    cursor.shaped({"source": {"type": "base64", "media_type": media, "data": data}}, "m[0]")
    assert cursor.unscanned == ([f"{named} at m[0]"] if named else [])
    piece = cursor.cut(Place.PROMPT, "")
    assert [text.value for text in piece.texts] == kept if piece else not kept
    assert cursor.ordinal == 7 - (not isinstance(media, str))


json_values = st.recursive(
    st.none() | st.integers() | st.sampled_from(["", "text", "object", "base64", "x y"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["", "type", "data", "input", "input_schema", "odd key"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(json_values, st.sampled_from(["free", "schema", "shaped"]))
@settings(max_examples=200)
def test_all_ways_count_alike(value, way):
    known = strings(value)
    cursor = walked(way, value)
    assert cursor.ordinal == len(known)
    piece = cursor.cut(Place.PROMPT, "")
    kept = list(piece.texts) if piece else []
    assert [known[text.ordinal] for text in kept] == kept
    if way == "free":
        assert kept == [text for text in known if text.value]
