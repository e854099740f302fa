"""Answers that come as one document: messages, errors, and anything else."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.wire.claude.answer import ClaudeAnswer, Usage, read_answer, read_usage
from sidecar.core.wire.json_strict import parse
from sidecar.core.wire.json_strings import strings


def read(body: object) -> ClaudeAnswer:
    return read_answer(parse(json.dumps(body).encode()))


MESSAGE = {
    "id": "msg_01AbCdEfGhIjKlMn",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-4-5",
    "content": [
        {"type": "thinking", "thinking": "Hm.", "signature": "EqQBCgIYAhIM"},
        {
            "type": "text",
            "text": "Look.",
            "citations": [{"type": "char_location", "cited_text": "so it is", "document_index": 0}],
        },
        {"type": "tool_use", "id": "toolu_01AbCdEfGhIj", "name": "Bash", "input": {"command": "ls"}},
        {"type": "server_tool_use", "id": "srvtoolu_01AbCdEfGhIj", "name": "web_fetch", "input": {"url": "u"}},
        {
            "type": "web_fetch_tool_result",
            "tool_use_id": "srvtoolu_01AbCdEfGhIj",
            "content": {
                "type": "web_fetch_result",
                "url": "u",
                "content": {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "page"}},
            },
        },
        {"type": "hologram", "shape": "cube"},
    ],
    "stop_reason": "stop_sequence",
    "stop_sequence": "END",
    "usage": {
        "input_tokens": 9,
        "output_tokens": 8,
        "cache_read_input_tokens": 7,
        "cache_creation_input_tokens": 6,
        "service_tier": "standard",
    },
}


def test_a_message():
    answer = read(MESSAGE)
    assert (answer.model, answer.stop_reason, answer.error) == ("claude-opus-4-5", "stop_sequence", None)
    assert answer.usage == Usage(9, 8, 7, 6)
    assert [(piece.place, piece.path, piece.tool, [text.value for text in piece.texts]) for piece in answer.pieces] == [
        ("thinking", "content[0]", None, ["Hm."]),
        ("response", "content[1]", None, ["Look.", "so it is"]),
        ("tool_call", "content[2]", "Bash", ["Bash", "command", "ls"]),
        ("tool_call", "content[3]", "web_fetch", ["web_fetch", "url", "u"]),
        ("tool_result", "content[4]", "web_fetch", ["u", "page"]),
        ("response", "content[5]", None, ["type", "hologram", "shape", "cube"]),
        ("response", "stop_sequence", None, ["END"]),
    ]
    known = strings(MESSAGE)
    assert all(known[text.ordinal] == text for piece in answer.pieces for text in piece.texts)


def test_a_message_in_the_results_of_a_batch():
    line = {"custom_id": "c", "result": {"type": "succeeded", "message": MESSAGE}}
    answer, alone = read(line), read(MESSAGE)
    assert (answer.model, answer.stop_reason, answer.usage) == (alone.model, alone.stop_reason, alone.usage)
    assert texts(answer) == ["c", *texts(alone)]
    assert [piece.place for piece in answer.pieces[1:]] == [piece.place for piece in alone.pieces]
    assert answer.pieces[1].path == "result.message.content[0]"


def texts(answer: ClaudeAnswer) -> list[str]:
    return [text.value for piece in answer.pieces for text in piece.texts]


OTHERS = [
    (
        "an error",
        {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}, "request_id": "req_011CSHoEeqs5"},
        "overloaded_error",
        {"busy"},
    ),
    ("an error of a proxy", {"error": "no route"}, None, {"no route"}),
    ("tokens", {"input_tokens": 7}, None, set()),
    ("models", {"data": [{"type": "model", "id": "m", "display_name": "M"}], "has_more": False}, None, {"m", "M"}),
    ("a list", ["a", {"b": "c"}], None, {"a", "b", "c"}),
    ("a word", "hello", None, {"hello"}),
    ("nothing", None, None, set()),
    ("content of another shape", {"content": "hello", "usage": "much", "model": 7}, None, {"hello", "much"}),
    ("content of nothing", {"content": [None, "hello", 7]}, None, {"hello"}),
]


@pytest.mark.parametrize(("note", "body", "error", "expected"), OTHERS, ids=[row[0] for row in OTHERS])
def test_anything_else_is_read_too(note, body, error, expected):
    answer = read(body)
    assert answer.error == error
    assert expected <= set(texts(answer))
    assert answer.usage == Usage()


@pytest.mark.parametrize(
    ("value", "usage"),
    [
        (None, Usage()),
        ({"input_tokens": -1, "output_tokens": True}, Usage()),
        ({"input_tokens": 1.5, "output_tokens": 2}, Usage(0, 2)),
        ({"cache_read_input_tokens": 3, "other": 4}, Usage(0, 0, 3, 0)),
    ],
)
def test_usage(value, usage):
    assert read_usage(value) == usage


def test_later_figures_win_where_they_say_something():
    assert Usage(9, 1, 7, 6).updated(Usage(0, 30)) == Usage(9, 30, 7, 6)
    assert Usage(9, 1).updated(Usage(10, 30)) == Usage(10, 30)


json_values = st.recursive(
    st.none() | st.integers() | st.sampled_from(["text", "tool_use", "message", "said"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "content", "text", "input", "error", "usage", "x"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(json_values)
@settings(max_examples=150)
def test_no_string_is_lost(value):
    said = {text for text in strings(value) if text.value == "said"}
    assert said <= {text for piece in read(value).pieces for text in piece.texts}
