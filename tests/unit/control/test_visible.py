"""What cannot be seen becomes visible, and nothing drives a terminal."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.control.visible import line, pieces, plain

CASES = (
    ("plain text stays", "rm -rf /srv", "rm -rf /srv"),
    ("other scripts stay", "é 漢字 العربية 🙂", "é 漢字 العربية 🙂"),
    ("newline and tab stay", "a\n\tb", "a\n\tb"),
    ("an escape that clears the line", "\x1b[2K", "\\x1b[2K"),
    ("the eight-bit beginning of an escape", "\x9b1m", "\\x9b1m"),
    ("backspace writes over", "safe\b\b\b\b", "safe\\x08\\x08\\x08\\x08"),
    ("carriage return writes over", "evil\rgood", "evil\\x0dgood"),
    ("delete", "\x7f", "\\x7f"),
    ("right-to-left override", "a\u202eb", "aU+202Eb"),
    ("isolates", "\u2066x\u2069", "U+2066xU+2069"),
    ("no width", "ad\u200bmin\ufeff", "adU+200BminU+FEFF"),
    ("tag letters spell hidden text", "\U000e0041", "U+E0041"),
    ("variation selectors carry hidden bytes", "x\U000e0101", "xU+E0101"),
    ("a letter that looks like nothing", "\u3164", "U+3164"),
    ("half of a pair", "\ud800", "U+D800"),
    ("a line break that only some obey", "a\u2028b", "aU+2028b"),
)


@pytest.mark.parametrize(("note", "text", "shown"), CASES, ids=[case[0] for case in CASES])
def test_shown(note: str, text: str, shown: str) -> None:
    assert plain(text) == shown


def test_one_line_stays_one_line() -> None:
    assert line("a\nb\tc\r") == "a\\nb\\tc\\x0d"


def test_what_was_made_visible_is_told_apart() -> None:
    assert list(pieces("a\x1bb")) == [("a", False), ("\\x1b", True), ("b", False)]


@given(st.text(st.characters(), max_size=60))
@settings(max_examples=200)
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    shown = plain(text)
    assert all(letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs") for letter in shown)
    assert plain(shown) == shown
