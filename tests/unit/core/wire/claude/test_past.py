"""Blocked calls in a conversation, and their results."""

import pytest

from sidecar.core.wire.claude.blocked import NAME
from sidecar.core.wire.claude.past import told_again, words_again

CALL = {"type": "tool_use", "id": "a", "name": NAME, "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "a", "content": "no such tool"}


def says(role: str, *content: object) -> dict[str, object]:
    return {"role": role, "content": list(content)}


@pytest.mark.parametrize(
    ("note", "messages", "expected"),
    [
        ("a call and its result", [says("assistant", CALL), says("user", RESULT)], [(0, 0, False), (1, 0, True)]),
        ("among others", [says("user", "x"), says("assistant", {"type": "text"}, CALL), says("user", {}, RESULT)],
            [(1, 1, False), (2, 1, True)]),
        ("of another tool", [says("assistant", {**CALL, "name": "Bash"}), says("user", RESULT)], []),
        ("a result before its call", [says("user", RESULT), says("assistant", CALL)], [(1, 0, False)]),
        ("a call of the user's", [says("user", CALL), says("user", RESULT)], []),
        ("a result of the assistant's", [says("assistant", CALL, RESULT)], [(0, 0, False)]),
        ("an identifier that is none", [says("assistant", {**CALL, "id": 5}), says("user", RESULT)], []),
        ("another identifier", [says("assistant", CALL), says("user", {**RESULT, "tool_use_id": ["a"]})],
            [(0, 0, False)]),
        ("words", [{"role": "assistant", "content": NAME}, 5, None, {}], []),
    ],
)  # fmt: skip
def test_told_again(note: str, messages: list[object], expected: list[tuple[int, int, bool]]) -> None:
    found = [(*one.path[1::2], one.result) for one in told_again({"messages": messages})]  # type: ignore[arg-type]
    assert found == expected


@pytest.mark.parametrize("value", [None, [], {}, {"messages": "x"}, {"messages": {"role": "assistant"}}])
def test_whatever_it_is(value: object) -> None:
    assert list(told_again(value)) == []  # type: ignore[arg-type]
    assert list(words_again(value, "Blocked")) == []  # type: ignore[arg-type]


TEXT = {"type": "text", "text": " Blocked: no. "}
THINKING = {"type": "thinking", "thinking": "x"}
ANSWER = says("user", "on")


@pytest.mark.parametrize(
    ("note", "messages", "more", "expected"),
    [
        ("a block", [says("assistant", {"type": "text", "text": "x"}, TEXT), ANSWER], {}, [((0, 1), 0, 1, 1)]),
        ("a content that is nothing else", [{"role": "assistant", "content": "Blocked: no."}, ANSWER], {},
            [((0,), 0, 1, 1)]),
        ("twice in a turn of two messages", [says("assistant", TEXT), says("assistant", TEXT), ANSWER], {},
            [((0, 0), 0, 2, 2), ((1, 0), 1, 2, 2)]),
        ("twice in two turns", [says("assistant", TEXT), ANSWER, says("assistant", TEXT), ANSWER], {},
            [((0, 0), 0, 1, 1), ((2, 0), 0, 1, 3)]),
        ("no answer", [says("assistant", TEXT)], {}, []),
        ("a system message behind it", [says("assistant", TEXT), says("system", "x"), ANSWER], {}, []),
        ("an answer without content", [says("assistant", TEXT), {"role": "user"}], {}, []),
        ("the user's own words", [says("user", TEXT), says("assistant", "x"), ANSWER], {}, []),
        ("other words", [says("assistant", {"type": "text", "text": "x"}, 5, None), ANSWER], {}, []),
        ("no tools", [says("assistant", TEXT), ANSWER], {"tools": []}, []),
        ("thinking is wanted", [says("assistant", TEXT), ANSWER], {"thinking": {"type": "enabled"}}, []),
        ("thinking is there", [says("assistant", THINKING, TEXT), ANSWER], {"thinking": {"type": "enabled"}},
            [((0, 1), 0, 1, 1)]),
    ],
)  # fmt: skip
def test_words_again(note: str, messages: list[object], more: dict[str, object], expected: list[object]) -> None:
    request = {"tools": [{}], "messages": messages, **more}
    found = [(one.path[1::2], one.nth, one.times, one.answer) for one in words_again(request, "Blocked")]  # type: ignore[arg-type]
    assert found == expected
