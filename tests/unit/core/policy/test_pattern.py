"""Globs, JSON path globs, regular expressions and keywords."""

import pytest
import re2

from sidecar.core.policy.pattern import MAX_PATTERN, Globs, PathGlobs, Pattern, checked, keyword_pattern


@pytest.mark.parametrize(
    ("glob", "text", "fits", "note"),
    [
        ("claude-*", "claude-opus", True, "a star at the end"),
        ("*opus*", "claude-opus-4", True, "stars around"),
        ("claude", "claude-opus", False, "the whole text"),
        ("a.b", "axb", False, "a dot is a dot"),
        ("a[b]", "a[b]", True, "brackets are brackets"),
        ("a?c", "abc", False, "a question mark is itself"),
        ("*", "", True, "nothing at all"),
        ("*", "a\nb", True, "also a line end"),
    ],
)
def test_globs(glob: str, text: str, fits: bool, note: str) -> None:
    assert Globs(("never", glob)).fits(text) is fits, note
    assert Globs((glob,)).fits_any(["\0never", text]) is (fits or glob == "*"), note


def test_a_glob_may_know_no_case() -> None:
    assert Globs(("*opus*",), any_case=True).fits("Claude-OPUS")
    assert not Globs(("*opus*",)).fits("Claude-OPUS")


@pytest.mark.parametrize(
    ("glob", "path", "fits", "note"),
    [
        ("messages[*].content", "messages[12].content", True, "any index"),
        ("messages[*].content", "messages[2].content[0].text", True, "whatever stands below"),
        ("messages[*].content", "messages[2].contents", False, "a step is a whole step"),
        ("messages[0].content", "messages[1].content", False, "another index"),
        ("*.ssn", "messages[2].content[0].input.person.ssn", True, "a field anywhere"),
        ("*.ssn", "messages[2].content[0].input.ssn2", False, "another field"),
        ("messages[*]", "messages[x]", False, "an index is a number"),
        ("system", "requests[3].params.system[0].text", True, "in a batch as alone"),
        ("requests[*].params.system", "requests[3].params.system", True, "or named as a batch"),
        ("system", "metadata.system", False, "from the beginning"),
    ],
)
def test_path_globs(glob: str, path: str, fits: bool, note: str) -> None:
    assert PathGlobs((glob,)).fits(path) is fits, note


def test_a_pattern_fits_the_whole_text() -> None:
    assert Pattern("Bash|mcp__.*").fits("mcp__tickets__close")
    assert Pattern("Bash|mcp__.*").fits("Bash")
    assert not Pattern("Bash|mcp__.*").fits("BashOutput")


@pytest.mark.parametrize(
    ("pattern", "says", "note"),
    [
        ("", "found an empty text", "nothing"),
        ("(a", "RE2's syntax: missing )", "a parenthesis"),
        (r"(?=a)", "RE2's syntax", "no look-around in RE2"),
        (r"(a)\1", "RE2's syntax", "no back-reference in RE2"),
        ("a*", "no text at all", "matches the empty text"),
        (r"\b", "no text at all", "matches between letters"),
        ("$", "no text at all", "matches an end"),
        ("a" * (MAX_PATTERN + 1), "longer than", "too long"),
        ("((a{100}){100}){100}", "RE2's syntax", "too large when compiled"),
    ],
)
def test_what_is_no_pattern(pattern: str, says: str, note: str) -> None:
    with pytest.raises(ValueError, match=r".+") as raised:
        checked(pattern)
    assert says in str(raised.value), note


def test_a_pattern_that_is_right_comes_back() -> None:
    assert checked(r"(?i)project\s+zephyr") == r"(?i)project\s+zephyr"


@pytest.mark.parametrize(
    ("keywords", "text", "found", "note"),
    [
        (["zephyr"], "the Zephyr plan", ["Zephyr"], "any case"),
        (["zephyr"], "zephyrs, azephyr", [], "whole words"),
        (["zephyr"], "zephyr zephyr", ["zephyr", "zephyr"], "next to each other"),
        (["zephyr"], "(zephyr)-zephyr_x", ["zephyr"], "a word ends where letters, digits and _ end"),
        (["c++"], "C++14 and c++", ["C++", "c++"], "no boundary where there is no letter"),
        (["a.b"], "axb a.b", ["a.b"], "nothing in it is a pattern"),
        (["road map", "road"], "road map", ["road map"], "the longer one first"),
        (["Übung"], "die Leibesübung", ["übung"], "beyond ASCII: also inside a word"),
    ],
)
def test_keywords(keywords: list[str], text: str, found: list[str], note: str) -> None:
    pattern = re2.compile(keyword_pattern(keywords).encode())
    assert [match.group().decode() for match in pattern.finditer(text.encode())] == found, note
