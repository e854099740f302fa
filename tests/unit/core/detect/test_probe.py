"""What every match contains, asked of RE2 for every built-in detector."""

from typing import Any

import pytest
import re2

from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.probe import MANY, Anchor, anchors, numerous, probe
from sidecar.core.detect.syntax import read
from tests.written import detected

BY_ID = {detector.id: detector for detector in builtin()}
CLOSE_DIGITS = f"(?:[0-9][^0-9]{{0,2}}){{{MANY - 1}}}[0-9]"


def test_every_match_has_its_probe_its_anchor_and_its_digits() -> None:
    assert [(row["detector"], lacking) for row in detected() if (lacking := _lacking(row))] == []


def _lacking(row: dict[str, Any]) -> str:
    pattern = BY_ID[row["detector"]].pattern
    text = row["finds"]["before"] + "".join(row["finds"]["value"]) + row["finds"]["after"]
    found = re2.search(pattern, text)
    tree = read(pattern)
    if found is None or not re2.search(probe(tree), text):
        return "a match, or its probe"
    if numerous(tree) and not re2.search(CLOSE_DIGITS, found.group()):
        return "its digits"
    anchored = anchors(tree)
    return "" if anchored is None or any(_holds(one, text) for one in anchored) else "its anchor"


def _holds(anchor: Anchor, text: str) -> bool:
    written, meant = re2.search(anchor.written, text), re2.search(anchor.pattern, text)
    return bool(written and meant) and anchor.literal in text.lower()


@pytest.mark.parametrize(
    ("pattern", "literals", "note"),
    [
        (r"\bghx[ab]_[0-9]{20}", ["ghxa_", "ghxb_"], "a few letters are written out"),
        (r"(?i:secret|to[km]en)\w*=x", ["secret", "token", "tomen"], "each word of a choice"),
        (r"(?:\A|[^y])token", ["token"], "what stands before it may be nothing"),
        (r"[a-z.]+@[a-z]+", ["@"], "one rare sign is enough"),
        (r"[0-9]{4}", None, "no literal"),
        (r"ab[0-9]{9}", None, "two letters are everywhere"),
        (r"(?:abcd|[0-9]{9})", None, "a branch without one"),
        (r"(?:.|x)*", None, "nothing that must be there"),
    ],
)
def test_anchors(pattern: str, literals: list[str] | None, note: str) -> None:
    found = anchors(read(pattern))
    assert (found and sorted(one.literal for one in found)) == literals, note


@pytest.mark.parametrize(
    ("pattern", "written", "note"),
    [
        ("(?i:ab)C[1xX]", ["[aA][bB]C1", "[aA][bB]C[xX]"], "each letter in the cases that it may have"),
        ("ENV(?i:a)?", ["ENV"], "what one literal begins is not searched twice"),
        ("abcd[_-]?x.*", ["abcdx", r"abcd\-x", "abcd_x"], "a sign that may be missing"),
        ("POSTMARK|postmark", ["POSTMARK", "postmark"], "in two ways"),
    ],
)
def test_how_a_literal_is_written(pattern: str, written: list[str], note: str) -> None:
    assert [one.written for one in anchors(read(pattern)) or ()] == written, note


@pytest.mark.parametrize(
    ("text", "stands", "note"),
    [
        ("abcd=0123456789", True, "the end of the text"),
        ("abcd=0123456789\n\x00\nother", True, "the end of one of two texts that were joined"),
        ("abcd=0123456789;", True, "the sign that ends a value"),
        ("abcd=0123456789(", False, "another sign: not a value"),
        ("abcd=012345678", False, "too few"),
        ("wabcd=0123456789", False, "no word begins here"),
    ],
)
def test_what_stands_at_a_literal(text: str, stands: bool, note: str) -> None:
    (one,) = anchors(read(r"\babcd=([0-9]{10})(?:;|\z)")) or ()
    assert (re2.search(one.pattern, text) is not None) == stands, note


@pytest.mark.parametrize(
    ("pattern", "many", "note"),
    [
        (r"[0-9]{6}", True, ""),
        (r"[0-9]{3}[- ]?[0-9]{3}", True, "one sign between"),
        (r"[0-9]{3}, [0-9]{3}", True, "two signs between"),
        (r"[0-9]{3} - [0-9]{3}", False, "three signs between"),
        (r"[0-9]{3}[a-z]*[0-9]{3}", False, "who knows how many between"),
        (r"(?:[0-9]{6}|[0-9]{5})x", False, "one branch has too few"),
        (r"(?:a|b)[0-9]{6}", True, "behind a choice"),
        (r"[0-9]{0,9}", False, "perhaps none"),
    ],
)
def test_numerous(pattern: str, many: bool, note: str) -> None:
    assert numerous(read(pattern)) == many, note


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [(r"[\w.]+@[a-z]+", "jane@example"), (r"(?i)secret\w*=x", "SECRET_2=x"), (r"[0-9]{20}", "0" * 20)],
)
def test_a_probe_is_rarer_than_a_letter(pattern: str, expected: str) -> None:
    written = probe(read(pattern))
    assert re2.search(written, expected)
    assert not re2.search(written, "ordinary words, 12 of them")
