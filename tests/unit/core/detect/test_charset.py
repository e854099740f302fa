"""Escapes and classes of RE2, against RE2 itself."""

import pytest
import re2

from sidecar.core.detect.charset import Unreadable, read_class, read_escape
from sidecar.core.detect.tree import BEYOND, mask_of

CLASSES = [
    *(r"[abc]", r"[^abc]", r"[a-f0-9_]", r"[]a]", r"[^]a]", r"[a\]b]", r"[\w.\-]", r"[^\s\d]", r"[[:alpha:]_]"),
    *(
        r"[[:^digit:]]",
        r"[\x41-\x{46}]",
        r"[\n\t]",
        r"[a-]",
        r"[-a]",
        r"[é-ü]",
        r"[\101]",
        r"[+--]",
        r"[$^.*]",
        r"[[:punct:]]",
    ),
]


@pytest.mark.parametrize("fold", [False, True])
@pytest.mark.parametrize("pattern", CLASSES)
def test_a_class_has_exactly_the_characters_that_re2_takes(pattern: str, fold: bool) -> None:
    source, mask, end = read_class(pattern + "x", 0, fold)
    assert (source, end) == (pattern, len(pattern))
    regex = re2.compile(("(?i)" if fold else "") + pattern)
    for code in range(128):
        assert bool(mask >> code & 1) == bool(regex.fullmatch(chr(code))), chr(code)
    if any(regex.fullmatch(character) for character in "é東\u017f\u212a"):
        assert mask & BEYOND


@pytest.mark.parametrize(
    "escape", [r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\n", r"\x41", r"\x{41}", r"\.", r"\101", r"\pL"]
)
def test_an_escape_has_at_least_the_characters_that_re2_takes(escape: str) -> None:
    mask, end = read_escape(escape, 1)
    assert end == len(escape)
    assert all(mask >> code & 1 for code in range(128) if re2.fullmatch(escape, chr(code)))


@pytest.mark.parametrize("escape", ["\\y", "\\"])
def test_an_unknown_escape_is_refused(escape: str) -> None:
    with pytest.raises(Unreadable):
        read_escape(escape, 1)


def test_a_range_to_a_class_is_refused() -> None:
    with pytest.raises(Unreadable):
        read_class(r"[a-\d]", 0, False)


def test_a_quoted_bracket_is_a_character() -> None:
    assert read_class(r"[\[\]]", 0, False)[1] == mask_of("[]")
