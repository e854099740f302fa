"""Which texts of a message stand where."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.model.place import Place
from sidecar.core.wire.json_strict import parse
from sidecar.core.wire.json_strings import strings
from sidecar.core.wire.mcp.message import read_message
from sidecar.core.wire.mcp.texts import Side, Texts, texts_of


def named(tool: str) -> str:
    return f"mcp__tickets__{tool}"


def read(fields: object, side: Side, tool: str | None = None) -> Texts:
    value = {"jsonrpc": "2.0", **fields} if isinstance(fields, dict) else fields
    return texts_of(read_message(parse(json.dumps(value).encode())), side, named, tool)


def told(texts: Texts) -> list[tuple[str, str | None, list[str]]]:
    return [(piece.place.value, piece.tool, [text.value for text in piece.texts]) for piece in texts.pieces]


CALL = {"name": "send", "arguments": {"to": "ada", "n": {"type": "text"}}, "_meta": {"k": "v"}}
IMAGE = {"type": "image", "data": "aGVsbG8=", "mimeType": "image/png"}
TOOL = {"name": "send", "description": "Sends.", "inputSchema": {"type": "object", "properties": {"to": {}}}}
CASES = (
    (
        "a call",
        {"id": 1, "method": "tools/call", "params": CALL},
        Side.CLIENT,
        [("prompt", named("send"), ["send"]), ("tool_call", named("send"), ["to", "ada", "n", "type", "text"]),
         ("tool_call", named("send"), ["k", "v"])],
    ),
    ("a text id", {"id": "mail", "method": "ping"}, Side.CLIENT, [("prompt", None, ["mail"])]),
    ("a method of their own", {"id": 1, "method": "ada/x"}, Side.CLIENT, [("prompt", None, ["ada/x"])]),
    (
        "a prompt",
        {"id": 1, "method": "prompts/get", "params": {"name": "p", "arguments": {"a": "b"}}},
        Side.CLIENT,
        [("prompt", None, ["p", "a", "b"])],
    ),
    (
        "what a person answered",
        {"id": 1, "result": {"action": "accept", "content": {"name": "ada"}}},
        Side.CLIENT,
        [("prompt", None, ["accept", "ada"])],
    ),
    (
        "a list of tools",
        {"id": 1, "result": {"tools": [TOOL, {"name": "x"}], "nextCursor": "c"}},
        Side.SERVER,
        [("tool_description", named("send"), ["send", "Sends.", "to"]), ("tool_description", named("x"), ["x"]),
         ("tool_result", "T", ["c"])],
    ),
    (
        "a list of resources",
        {"id": 1, "result": {"resources": [{"uri": "u", "name": "n"}]}},
        Side.SERVER,
        [("tool_description", None, ["u", "n"])],
    ),
    (
        "instructions",
        {"id": 1, "result": {"protocolVersion": "2025-06-18", "instructions": "Use me."}},
        Side.SERVER,
        [("tool_result", "T", ["2025-06-18"]), ("tool_description", None, ["Use me."])],
    ),
    (
        "a result",
        {"id": 1, "result": {"content": [{"type": "text", "text": "hi"}, IMAGE], "structuredContent": {"a": "b"}}},
        Side.SERVER,
        [("tool_result", "T", ["hi", "aGVsbG8=", "image/png"]), ("tool_result", "T", ["a", "b"])],
    ),
    ("a result that is no object", {"id": 1, "result": "words"}, Side.SERVER, [("tool_result", "T", ["words"])]),
    (
        "an error",
        {"id": 1, "error": {"code": 1, "message": "no", "data": {"k": "v"}}},
        Side.SERVER,
        [("tool_result", "T", ["no", "k", "v"])],
    ),
    (
        "what a server asks",
        {"id": 9, "method": "sampling/createMessage", "params": {"messages": [{"role": "user", "content": []}]}},
        Side.SERVER,
        [("tool_result", "sampling/createMessage", ["user"])],
    ),
)  # fmt: skip


@pytest.mark.parametrize(("fields", "side", "expected"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_texts_stand_where_a_rule_looks_for_them(fields: object, side: Side, expected: object) -> None:
    assert told(read(fields, side, "T" if side is Side.SERVER else None)) == expected


def test_media_is_not_looked_at_and_said_so() -> None:
    blob = {"contents": [{"uri": "u", "blob": "AAAA", "mimeType": "secret thing"}]}
    both = read({"id": 1, "result": {"content": [IMAGE], **blob}}, Side.SERVER)
    assert both.unscanned == ("image/png at result.content[0].data", "unknown type at result.contents[0].blob")
    assert both.media == ("image/png", "unknown type")
    assert not read({"id": 1, "result": {"content": [{"type": [], "data": ""}]}}, Side.SERVER).unscanned
    words = read({"id": 1, "result": {"content": [{**IMAGE, "data": "not base64, words"}]}}, Side.SERVER)
    assert not words.unscanned
    assert "not base64, words" in told(words)[0][2]


def test_names_and_numbers_count_in_somebodys_own_json() -> None:
    structured = {"rows": [{"ssn": "536", "n": 7, "ok": True, "none": None}]}
    texts = read({"id": 1, "result": {"structuredContent": structured, "isError": False}}, Side.SERVER)
    (piece,) = texts.pieces
    found = [(text.value, names) for text, names in zip(piece.texts, piece.names, strict=True) if not text.key]
    assert found == [("536", ("rows", "ssn")), ("7", ("rows", "n")), ("true", ("rows", "ok"))]
    assert list(texts.numbers.values()) == [
        ("result", "structuredContent", "rows", 0, "n"),
        ("result", "structuredContent", "rows", 0, "ok"),
    ]
    plain = read({"id": 1, "result": {"content": [{"type": "text", "text": "hi"}]}}, Side.SERVER)
    assert plain.pieces[0].names == (), "MCP's own names say nothing"
    own = read({"id": 1, "result": {"patient": {"id": 9}}}, Side.SERVER)
    assert own.pieces[0].names[-1] == ("patient", "id")


KEYS = st.sampled_from(
    ["name", "tools", "content", "arguments", "type", "inputSchema", "data", "x", "instructions", "blob"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["text", "image", "aGk="]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(
    st.dictionaries(KEYS, VALUES, max_size=5),
    st.sampled_from(["params", "result", "error"]),
    st.sampled_from(list(Side)),
)
@settings(max_examples=200, deadline=None)
def test_every_text_is_the_string_of_its_number(inner: dict[str, object], key: str, side: Side) -> None:
    """Or a mask would be put where something else stands."""
    value = {"jsonrpc": "2.0", "id": "i", "extra": "e", key: inner, "after": ["z"]}
    if key == "params":
        value["method"] = "prompts/get"
    texts = read(value, side)
    there = {text.ordinal: text for text in strings(json.loads(json.dumps(value)))}
    for piece in texts.pieces:
        for text in piece.texts:
            if text.ordinal in texts.numbers:
                assert json.dumps(at(value, texts.numbers[text.ordinal])) == text.value
                continue
            assert there[text.ordinal].value == text.value
            assert text.key or not there[text.ordinal].key
    assert texts.pieces[-1].place in (Place.PROMPT, Place.TOOL_RESULT)
    assert texts.pieces[-1].texts[-1].value in ("z", "prompts/get")


def at(value: object, path: tuple[str | int, ...]) -> object:
    for step in path:
        value = value[step]  # type: ignore[index]
    return value
