"""A conversation put together again from its parts."""

import json
from hashlib import sha256

import pytest

from sidecar.record.replay import MISSING, Frame, Reader, marks, pieces, references, tool_uses

MAIL = "[EMAIL_K7Q2M9XA]"


def shelf(*values: object) -> tuple[list[str], dict[str, bytes]]:
    """The names of some parts, and the parts."""
    written = [json.dumps(value, separators=(",", ":")).encode() for value in values]
    names = [sha256(data).hexdigest() for data in written]
    return names, dict(zip(names, written, strict=True))


def outline(field: str, *values: object, run: bool = False) -> tuple[str, dict[str, bytes]]:
    names, parts = shelf(*values)
    listed: list[object] = [{"part": name} for name in names]
    if run:
        (name,), more = shelf(listed)
        parts, listed = parts | more, [{"parts": name}]
    (name,), more = shelf({"model": "m", field: listed})
    return name, parts | more


ONE = {"role": "user", "content": "one"}
TWO = {
    "role": "assistant",
    "content": [{"type": "text", "text": "two"}, {"type": "tool_use", "name": "B", "input": {}}],
}
THREE = {"role": "user", "content": [{"type": "tool_result", "content": [{"type": "text", "text": "three"}]}]}


@pytest.mark.parametrize("run", [False, True])
def test_a_turn_shows_what_is_new(run: bool) -> None:
    first, parts = outline("messages", ONE)
    second, more = outline("messages", ONE, TWO, THREE, run=run)
    reader = Reader(parts | more)
    assert reader.asked(first) == [Frame(0, "user", "text", 0, "one")]
    assert reader.asked(second) == [
        Frame(0, "assistant", "text", 0, "two"),
        Frame(0, "assistant", "tool_use", 1, "B {}"),
        Frame(0, "user", "tool_result", 0, "three"),
    ]


def test_what_comes_back_in_another_form_is_not_new() -> None:
    answer, parts = outline("content", *TWO["content"])
    cached = {"role": "user", "content": [{"type": "text", "text": "one", "cache_control": {"type": "ephemeral"}}]}
    first, more = outline("messages", cached)
    second, rest = outline("messages", ONE, TWO, THREE)
    reader = Reader(parts | more | rest)
    assert [one.text for one in reader.asked(first)] == ["one"]
    assert [one.text for one in reader.said(answer, "")] == ["two", "B {}"]
    assert [one.text for one in reader.asked(second)] == ["three"]


def test_what_is_said_again_is_new() -> None:
    first, parts = outline("messages", ONE)
    again, more = outline("messages", ONE, THREE, ONE)
    reader = Reader(parts | more)
    reader.asked(first)
    assert [one.text for one in reader.asked(again)] == ["three", "one"]
    assert reader.asked(again) == [], "a request that was sent once more"


def test_what_a_run_names_is_found() -> None:
    name, parts = outline("messages", ONE, TWO, run=True)
    (run,) = references(name, parts)
    assert list(references(run, parts)) == shelf(ONE, TWO)[0]


def test_what_is_gone_is_told() -> None:
    name, parts = outline("messages", ONE, TWO)
    gone = {key: data for key, data in parts.items() if key != shelf(ONE)[0][0]}
    assert [one.value for one in pieces(name, "messages", gone)] == [MISSING, TWO]
    assert pieces("no such outline", "messages", parts) == []
    whole_run, of_run = outline("messages", ONE, run=True)
    (run,) = references(whole_run, of_run)
    assert [one.value for one in pieces(whole_run, "messages", {whole_run: of_run[whole_run]})] == [MISSING]
    assert run in of_run


STREAMED = [
    ("no timing", "abcd", None, [(0, "abcd")]),
    ("two halves", "abcd", ([5, 7], [2, 2]), [(5, "ab"), (7, "cd")]),
    ("a mask made it longer", "abcdefgh", ([5, 7], [2, 2]), [(5, "abcd"), (7, "efgh")]),
    ("a mask made it shorter", "ab", ([5, 7], [9, 9]), [(5, "a"), (7, "b")]),
    ("never inside a placeholder", f"a{MAIL}b", ([5, 7], [5, 5]), [(5, f"a{MAIL}"), (7, "b")]),
    ("a placeholder over three deltas", MAIL, ([1, 2, 3], [5, 5, 5]), [(1, MAIL), (2, ""), (3, "")]),
    ("deltas without characters", "abcd", ([5, 7], [0, 0]), [(5, "abcd"), (7, "")]),
]


@pytest.mark.parametrize(("note", "text", "times", "expected"), STREAMED, ids=[row[0] for row in STREAMED])
def test_an_answer_streams(
    note: str, text: str, times: tuple[list[int], list[int]] | None, expected: list[tuple[int, str]]
) -> None:
    name, parts = outline("content", {"type": "text", "text": text})
    timing = ""
    if times is not None:
        told = {"waits": times[0], "characters": times[1], "blocks": [[0, len(times[0])]]}
        (timing,), more = shelf(told)
        parts |= more
    frames = Reader(parts, (MAIL,)).said(name, timing)
    assert [(one.wait, one.text) for one in frames] == expected, note


def test_blocks_that_did_not_stream_keep_their_place() -> None:
    blocks = [
        {"type": "x", "a": 1},
        {"type": "thinking", "thinking": "hm"},
        {"type": "y"},
        {"type": "text", "text": "t"},
    ]
    name, parts = outline("content", *blocks)
    (timing,), more = shelf({"waits": [3, 4, 9], "characters": [2, 1, 1], "blocks": [[1, 1], [3, 1], [8, 1]]})
    frames = Reader(parts | more).said(name, timing)
    assert [(one.block, one.kind, one.wait) for one in frames] == [
        (0, "x", 0),
        (1, "thinking", 3),
        (2, "y", 0),
        (3, "text", 4),
    ]


def test_tool_calls() -> None:
    name, parts = outline(
        "content", {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"a": 1}}, {"type": "text"}
    )
    assert tool_uses(name, parts) == [("t1", "Bash", '{"a": 1}')]


def test_marks() -> None:
    assert marks(f"a{MAIL}b{MAIL}", [MAIL, ""]) == [(1, 17), (18, 34)]
    assert marks("abc", []) == []
