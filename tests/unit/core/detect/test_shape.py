"""What a pattern's tree says about its matches, asked of RE2 for every built-in detector."""

from typing import Any

import pytest
import re2

from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.shape import alphabet, looks_one_further, most, opening, parts
from sidecar.core.detect.syntax import read
from sidecar.core.detect.tree import BEYOND, mask_of
from tests.written import detected

BY_ID = {detector.id: detector for detector in builtin()}


@pytest.mark.parametrize(
    ("pattern", "letters", "width"),
    [("ab?", "ab", 2), ("(a|bc){2}", "abc", 4), ("a+", "a", None), ("(?:é)", "é", 4), (r"\ba\b", "a", 1), ("", "", 0)],
)
def test_alphabet_and_width(pattern: str, letters: str, width: int | None) -> None:
    assert alphabet(read(pattern)) == mask_of(letters)
    assert most(read(pattern)) == width


@pytest.mark.parametrize(("pattern", "group"), [("a(b)c", 1), ("(?:a(b))c", 1), ("(a(b)c)", 2)])
def test_parts_are_cut_at_the_value(pattern: str, group: int) -> None:
    cut = parts(read(pattern), group)
    assert cut is not None
    assert (alphabet(cut.before), alphabet(cut.value), alphabet(cut.after)) == (
        mask_of("a"),
        mask_of("b"),
        mask_of("c"),
    )


@pytest.mark.parametrize("pattern", ["a|(b)", "(b)*", "(?:(b)c)?"])
def test_a_value_in_a_choice_or_a_repetition_has_no_parts(pattern: str) -> None:
    assert parts(read(pattern), 1) is None


def test_every_match_begins_with_its_opening() -> None:
    assert [row["detector"] for row in detected() if not _begins_with_its_opening(row)] == []


def _begins_with_its_opening(row: dict[str, Any]) -> bool:
    pattern = BY_ID[row["detector"]].pattern
    text = row["finds"]["before"] + "".join(row["finds"]["value"]) + row["finds"]["after"]
    found = re2.search(pattern, text)
    begins = re2.compile(f"(?:{opening(read(pattern))})\\z")
    return found is not None and all(begins.match(found.group()[:end]) for end in range(1, len(found.group()) + 1))


@pytest.mark.parametrize(
    ("after", "one", "note"),
    [
        ("", True, "nothing"),
        ("[ ,]", True, "a character"),
        (r"\\?[\"']", True, "a run character, then a quote"),
        (" x", False, "two"),
    ],
)
def test_how_far_a_pattern_looks_behind_its_value(after: str, one: bool, note: str) -> None:
    assert looks_one_further(read(after), mask_of("\\x")) == one, note


def test_an_opening_is_never_empty() -> None:
    assert not re2.fullmatch(opening(read("ab?c*")), "")
    assert BEYOND & alphabet(read("."))
