import json
from collections.abc import Callable

import pytest

from sidecar.core.errors import Refused
from sidecar.simulator.ask import Ask, read_ask, read_json

USE = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {}}
RESULT = {
    "type": "tool_result",
    "tool_use_id": "t1",
    "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
}
REMINDER = {"type": "text", "text": "<system-reminder>\nBe kind.\n</system-reminder>\n"}
GOOD = {"model": "claude-test", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.parametrize(
    ("change", "said", "note"),
    [
        ({"model": None}, "model: Field required", "no model"),
        ({"model": 3}, "model: Input should be a valid str", "a model of the wrong type"),
        ({"max_tokens": None}, "max_tokens: Field required", "no limit"),
        ({"max_tokens": True}, "max_tokens: Input should be a valid int", "true is no number"),
        ({"max_tokens": 0}, "max_tokens: must be greater", "a limit of nothing"),
        ({"messages": None}, "messages: Field required", "no messages"),
        ({"messages": []}, "messages: at least one message", "an empty conversation"),
        ({"messages": ["hi"]}, "messages.0: Input should be", "a message that is text"),
        (
            {"messages": [{"role": "tool", "content": "x"}]},
            'messages.0.role: Unexpected role "tool"',
            "a role of others",
        ),
        ({"messages": [{"role": "user"}]}, "messages.0.content: Field required", "no content"),
        ({"messages": [{"role": "user", "content": ""}]}, "messages.0: user messages must", "empty content"),
        (
            {"messages": [{"role": "user", "content": [{"text": "x"}]}]},
            "messages.0.content.0.type",
            "a block of no type",
        ),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": ""}]}]}, "non-empty", "an empty text"),
        ({"system": [3]}, "system.0: Input should be", "a system block that is a number"),
        ({"tools": {"a": 1}}, "tools: Input should be a valid list", "tools as an object"),
    ],
)
def test_a_wrong_shape_is_named_with_its_place(change: dict[str, object], said: str, note: str) -> None:
    with pytest.raises(Refused) as caught:
        read_ask(GOOD | change)
    assert caught.value.status == 400
    assert said in caught.value.message, note


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[1]", b"\xff", b"[" * 100_000, b'{"a": NaN}', '{"a": 1}'.encode("utf-16")],
    ids=["none", "half", "list", "bytes", "deep", "constant", "utf-16"],
)
def test_what_is_no_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused) as caught:
        read_json(raw)
    assert caught.value.status == 400


def test_unknown_fields_and_blocks_are_tolerated() -> None:
    body = GOOD | {
        "weather": "fair",
        "messages": [{"role": "user", "content": [{"type": "hologram", "x": [1]}], "y": 2}],
    }
    ask = read_ask(json.dumps(body).encode())
    assert ask.messages[0].content == ({"type": "hologram", "x": [1]},)


def test_counting_needs_no_limit() -> None:
    assert read_ask({**GOOD, "max_tokens": None}, counting=True).model == "claude-test"


@pytest.mark.parametrize(
    ("messages", "prompt", "turns", "results", "note"),
    [
        ([("user", "hi")], "hi", 0, (), "a string"),
        ([("user", [REMINDER, {"type": "text", "text": "hi"}])], "hi", 0, (), "a reminder is not what a person wrote"),
        ([("user", "hi"), ("system", "tools changed")], "hi", 0, (), "a system message at the end"),
        ([("user", "hi"), ("assistant", [USE]), ("user", [RESULT])], "hi", 1, ("a\nb",), "in a tool loop"),
        (
            [("user", "hi"), ("assistant", [USE]), ("user", [RESULT, REMINDER])],
            "hi",
            1,
            ("a\nb",),
            "a reminder beside a result",
        ),
        ([("user", "hi"), ("assistant", "ho"), ("user", "and?")], "and?", 0, (), "the next prompt"),
        ([("user", [RESULT])], "", 1 - 1, ("a\nb",), "nobody wrote anything"),
    ],
)
def test_what_the_model_wants_to_know(
    messages: list[tuple[str, object]],
    prompt: str,
    turns: int,
    results: tuple[str, ...],
    note: str,
    make_ask: Callable[..., Ask],
) -> None:
    ask = make_ask(*messages)
    assert (ask.prompt(), ask.turns_since_prompt(), ask.results()) == (prompt, turns, results), note


@pytest.mark.parametrize(
    ("header", "metadata", "session", "note"),
    [
        ("s1", {"user_id": "u1"}, "s1", "the header wins"),
        (None, {"user_id": "u1"}, "u1", "else the user"),
        (None, {"user_id": 3}, "", "if it is text"),
        (None, None, "", "else nothing"),
    ],
)
def test_session(header: str | None, metadata: object, session: str, note: str, make_ask: Callable[..., Ask]) -> None:
    assert make_ask("hi", metadata=metadata).session(header) == session, note
