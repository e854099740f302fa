"""Requests to pieces: cases as data, the facts that limits ask about, and that no string is ever lost."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.errors import Code, Refused
from sidecar.core.model.piece import Piece
from sidecar.core.wire.claude.endpoints import Endpoint
from sidecar.core.wire.claude.request import ClaudeRequest, read_request
from sidecar.core.wire.json_strict import parse
from sidecar.core.wire.json_strings import path_of, strings

CASES = Path(__file__).parents[4] / "cases" / "wire"
FILES = sorted(path for path in CASES.glob("*.json") if path.with_suffix(".pieces").exists())


def read(body: object, endpoint: Endpoint = Endpoint.MESSAGES) -> ClaudeRequest:
    return read_request(parse(json.dumps(body).encode()), endpoint)


def told(piece: Piece) -> str:
    marks = [" assistant"] if piece.assistant else []
    marks += [f" tool={piece.tool}"] if piece.tool else []
    texts = " ".join(f"key:{text.value!r}" if text.key else repr(text.value) for text in piece.texts)
    return f"{piece.place} {piece.path}{''.join(marks)}: {texts}"


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_cases(path):
    document = parse(path.read_bytes())
    request = read_request(document, Endpoint.BATCHES if path.stem == "batch" else Endpoint.MESSAGES)
    lines = [told(piece) for piece in request.pieces] + [f"not scanned: {what}" for what in request.unscanned]
    assert lines == path.with_suffix(".pieces").read_text().splitlines()
    known = strings(document.value)
    for piece in request.pieces:
        for text in piece.texts:
            assert known[text.ordinal] == text
            if not text.key and not piece.path.startswith("messages[0].content[8]"):
                assert path_of(document.value, text.ordinal).startswith(piece.path)


def test_facts_of_a_turn():
    request = read_request(parse((CASES / "agent_turn.json").read_bytes()), Endpoint.MESSAGES)
    assert (request.model, request.models) == ("claude-opus-4-5-20251101", ("claude-opus-4-5-20251101",))
    assert (request.stream, request.max_tokens, request.message_count) == (True, 32000, 4)
    assert (request.tool_names, request.has_tools) == (("Bash", "web_search"), True)
    assert request.signed_thinking
    assert request.session == "12345678-1234-4234-8234-123456789abc"
    assert (request.unscanned, request.media) == ((), ())
    assert 250 < request.prompt_characters < 600


def test_facts_of_documents():
    request = read_request(parse((CASES / "documents.json").read_bytes()), Endpoint.COUNT_TOKENS)
    assert request.media == ("image/png", "application/pdf", "unknown type", "image/gif", "image/jpeg")
    assert (request.model, request.stream, request.max_tokens, request.session) == (None, False, None, None)
    assert not request.signed_thinking
    assert not request.has_tools


def test_facts_of_a_batch():
    request = read_request(parse((CASES / "batch.json").read_bytes()), Endpoint.BATCHES)
    assert (request.model, request.models) == (None, ("claude-haiku-4-5", "claude-opus-4-5"))
    assert (request.max_tokens, request.message_count) == (99, 2)


UUID = "12345678-1234-4234-8234-123456789abc"
FACTS = [
    ("stream must be true itself", {"stream": "true", "messages": []}, "stream", False),
    ("stream may be missing", {"messages": []}, "stream", False),
    ("max_tokens that is true", {"max_tokens": True, "messages": []}, "max_tokens", None),
    ("max_tokens as text", {"max_tokens": "9", "messages": []}, "max_tokens", None),
    ("a model that is no text", {"model": ["x"], "messages": []}, "models", ()),
    (
        "session as older versions write it",
        {"metadata": {"user_id": f"user_a_account_b_session_{UUID}"}},
        "session",
        UUID,
    ),
    ("session as JSON", {"metadata": {"user_id": json.dumps({"device_id": "d", "session_id": UUID})}}, "session", UUID),
    ("no session", {"metadata": {"user_id": "somebody"}}, "session", None),
    ("metadata of another shape", {"metadata": "x"}, "session", None),
    ("characters", {"system": "abc", "messages": [{"role": "user", "content": "défg"}]}, "prompt_characters", 7),
    (
        "beyond ASCII",
        {"system": "abc", "messages": [{"role": "user", "content": "dé文"}]},
        "characters_beyond_ascii",
        2,
    ),
    (
        "a signature that is empty",
        {"messages": [{"role": "assistant", "content": [{"type": "thinking", "thinking": "x", "signature": ""}]}]},
        "signed_thinking",
        False,
    ),
]


@pytest.mark.parametrize(("note", "body", "field", "value"), FACTS, ids=[row[0] for row in FACTS])
def test_facts(note, body, field, value):
    assert getattr(read(body), field) == value


REFUSED = [
    ("no object", [], Endpoint.MESSAGES, "JSON object"),
    ("messages are text", {"messages": "hello"}, Endpoint.MESSAGES, "messages: must be a list"),
    ("messages are nothing", {"messages": None}, Endpoint.COUNT_TOKENS, "messages: must be a list"),
    ("a message is text", {"messages": [{}, "hello"]}, Endpoint.MESSAGES, "messages[1]: must be an object"),
    ("requests are no list", {"requests": {}}, Endpoint.BATCHES, "requests: must be a list"),
    ("a request without params", {"requests": [{"custom_id": "a"}]}, Endpoint.BATCHES, "requests[0].params"),
    ("a request that is text", {"requests": ["x"]}, Endpoint.BATCHES, "requests[0].params"),
    (
        "messages inside a batch",
        {"requests": [{"params": {"messages": 7}}]},
        Endpoint.BATCHES,
        "requests[0].params.messages",
    ),
]


@pytest.mark.parametrize(("note", "body", "endpoint", "place"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused_only_if_nobody_can_tell_who_said_what(note, body, endpoint, place):
    with pytest.raises(Refused) as caught:
        read(body, endpoint)
    assert (caught.value.status, caught.value.code) == (400, Code.INVALID_REQUEST)
    assert place in caught.value.message


def test_nothing_is_required():
    assert read({}).pieces == ()


def test_depth_at_the_limit_is_read():
    deep: object = "down here"
    for _ in range(97):
        deep = [{"content": deep, "type": "tool_result"}]
    request = read({"messages": [{"role": "user", "content": deep}], "metadata": {"x": "y"}})
    assert request.pieces[0].texts[-1].value == "down here"


WORDS = st.sampled_from(
    (
        *("type", "text", "content", "source", "data", "base64", "signature", "thinking", "tool_use", "input", "id"),
        *("role", "user", "name", "tools", "system", "media_type", "image/png", "image", "input_schema", "object"),
    )
)
NEEDLES = st.integers(0, 10**6).map(lambda number: f"needle {number}!")
bodies = st.recursive(
    NEEDLES | WORDS | st.none() | st.booleans() | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | NEEDLES, inner, max_size=5),
    max_leaves=30,
)
messages = st.lists(st.fixed_dictionaries({"role": WORDS | NEEDLES, "content": bodies}), max_size=3)


@given(st.dictionaries(WORDS | NEEDLES, bodies, max_size=5), messages)
@settings(max_examples=200)
def test_no_string_that_says_something_is_lost(fields, said):
    """Anywhere, in any shape: what is not a word of the API is in exactly one piece, under its own ordinal."""
    body = {**fields, "messages": said}
    document = parse(json.dumps(body).encode())
    texts = [text for piece in read_request(document, Endpoint.MESSAGES).pieces for text in piece.texts]
    assert len({text.ordinal for text in texts}) == len(texts)
    assert {text for text in strings(document.value) if text.value.startswith("needle")} <= set(texts)


@given(bodies, st.sampled_from(list(Endpoint)))
@settings(max_examples=100)
def test_any_json_is_read_or_refused(body, endpoint):
    try:
        request = read(body, endpoint)
    except Refused as refused:
        request = refused
    assert isinstance(request, ClaudeRequest) or request.status == 400


def test_what_the_provider_would_reach_and_run_by_itself() -> None:
    tools = [
        {"type": "web_fetch_20250910", "name": "web_fetch"},
        {"type": "mcp_toolset", "mcp_server_name": "x"},
        {"type": "custom", "name": "a"},
        {"name": "b"},
        "none",
    ]
    servers = [{"type": "url", "url": "https://mcp.example.com"}, {"url": 5}, "x"]
    for said, told in ((servers, ("https://mcp.example.com", "unknown")), ({}, ("unknown",)), (None, ()), ([], ())):
        body = {"model": "m", "messages": [], "tools": tools, "mcp_servers": said}
        alone = read_request(parse(json.dumps(body).encode()), Endpoint.MESSAGES)
        batch = {"requests": [{"custom_id": "1", "params": body}]}
        within = read_request(parse(json.dumps(batch).encode()), Endpoint.BATCHES)
        for request in (alone, within):
            assert request.tool_types == ("web_fetch_20250910", "mcp_toolset")
            assert request.mcp_servers == told
