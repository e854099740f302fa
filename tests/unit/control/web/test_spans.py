"""Masked texts in pieces."""

from hypothesis import given
from hypothesis import strategies as st

from sidecar.control.web.spans import MASKED, ODD, PLAIN, pieces

KNOWN = {"[A_1]": "one", "[A_1][B]": "two", "": "never"}


def test_the_longest_placeholder_counts_and_what_is_odd_is_shown() -> None:
    assert list(pieces("x[A_1][B]\x00[A_1]", KNOWN)) == [
        ("x", PLAIN, ""),
        ("[A_1][B]", MASKED, "two"),
        ("\\x00", ODD, ""),
        ("[A_1]", MASKED, "one"),
    ]


@given(st.text(alphabet="ab[]A_1B\n"))
def test_nothing_is_lost(text: str) -> None:
    for known in ({}, KNOWN):
        assert "".join(piece for piece, _, _ in pieces(text, known)) == text
