"""Which keys mean one thing to us, and another to a reader that compares without case."""

import pytest

from sidecar.core.wire.spelling import Spelling

SPELLING = Spelling(frozenset({"name", "inputSchema", "task"}))


@pytest.mark.parametrize(
    ("note", "value", "doubtful"),
    [
        ("as it is written", {"name": 1, "inputSchema": 2}, False),
        ("other words", {"name": 1, "note": 2, "names": 3}, False),
        ("nothing", {}, False),
        ("another case", {"name": 1, "Name": 2}, True),
        ("another case, alone", {"NAME": 2}, True),
        ("a word with capitals", {"inputschema": 2}, True),
        ("a long s", {"ta\u017fk": 1}, True),
        ("the sign of Kelvin", {"tas\u212a": 1}, True),
    ],
)
def test_a_word_in_another_spelling(note: str, value: dict[str, object], doubtful: bool) -> None:
    assert SPELLING.doubtful(value) is doubtful, note
