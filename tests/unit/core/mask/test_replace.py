"""A text with parts replaced: bytes in, whole characters out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.mask.edit import Edit
from sidecar.core.mask.replace import replaced


@pytest.mark.parametrize(
    ("text", "edits", "expected", "note"),
    [
        ("abcdef", [Edit(1, 3, "X")], "aXdef", "in the middle"),
        ("abcdef", [Edit(4, 6, "Y"), Edit(0, 1, "X")], "XbcdY", "at both ends, in any order"),
        ("abcdef", [Edit(0, 3, "X"), Edit(3, 6, "Y")], "XY", "touching"),
        ("abcdef", [Edit(0, 6, "")], "", "all of it"),
        ("zoë 🎈 mail", [Edit(5, 9, "*")], "zoë * mail", "places are bytes, not characters"),
        ("a\ud800b", [Edit(4, 5, "c")], "a\ud800c", "half a surrogate pair is three bytes"),
    ],
)
def test_replaced(text: str, edits: list[Edit], expected: str, note: str) -> None:
    assert replaced(text, edits) == expected, note


@given(st.text())
@settings(max_examples=50)
def test_no_edit_is_no_change(text: str) -> None:
    assert replaced(text, []) is text


@pytest.mark.parametrize(
    ("edits", "note"),
    [
        ([Edit(0, 3, "X"), Edit(2, 4, "Y")], "overlapping"),
        ([Edit(4, 9, "X")], "past the end"),
        ([Edit(3, 2, "X")], "backwards"),
        ([Edit(-1, 2, "X")], "before the beginning"),
    ],
)
def test_edits_that_cannot_be(edits: list[Edit], note: str) -> None:
    with pytest.raises(ValueError, match="overlaps another or leaves the text of 6 bytes"):
        replaced("abcdef", edits)


def test_half_a_character_is_never_cut_off_in_silence() -> None:
    with pytest.raises(UnicodeDecodeError):
        replaced("zoë", [Edit(2, 3, "X")])
