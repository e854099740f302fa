"""What becomes of matches: masks, placeholders, and both at once."""

import pytest

from sidecar.core.mask.edit import Edit
from sidecar.core.mask.placeholder import PLACEHOLDER
from sidecar.core.mask.replace import replaced
from sidecar.core.mask.settle import edits_of, settled
from sidecar.core.model.action import Action, How
from sidecar.core.model.detector import Match
from sidecar.core.model.treatment import Treatment

TREATMENTS = {
    "word": Treatment(Action.MASK, "words", "p", "WORD", How.TOKEN),
    "code": Treatment(Action.MASK, "codes", "p", "CODE", How.REDACT),
    "fine": Treatment(Action.ALLOW, "fine", "p", "FINE"),
    "never": Treatment(Action.DENY, "never", "p", "NEVER"),
}
KNOWN = {"[EMAIL_K7Q2M9XA]": "a@example.com"}
#        0         1         2         3
TEXT = "say [EMAIL_K7Q2M9XA] or [EMAIL_22222222]"
HERE, THERE = Match(4, 20, PLACEHOLDER.id), Match(24, 40, PLACEHOLDER.id)


def decide(match: Match, value: str) -> str | None:
    if match.detector == PLACEHOLDER.id:
        return KNOWN.get(value)
    return None if match.detector in ("fine", "unknown") else f"<{match.detector}:{value}>"


@pytest.mark.parametrize(
    ("matches", "expected", "note"),
    [
        ([], [], "nothing"),
        ([HERE], [Edit(4, 20, "a@example.com")], "a value put back"),
        ([THERE], [], "a placeholder that is not known stays"),
        ([Match(0, 3, "word")], [Edit(0, 3, "<word:say>")], "a mask"),
        ([Match(0, 3, "fine")], [], "allowed"),
        ([Match(0, 3, "unknown")], [], "no rule looks at it"),
        ([Match(2, 2, "word")], [], "empty"),
        ([Match(0, 3, "never")], [Edit(0, 3, "<never:say>")], "a denial is for the one who decides"),
        ([Match(0, 3, "word"), Match(1, 3, "code")], [Edit(0, 3, "<code:say>")], "one span, the strictest"),
        ([Match(0, 3, "fine"), Match(1, 3, "word")], [Edit(1, 3, "<word:ay>")], "what is allowed does not widen"),
        ([HERE, Match(5, 10, "word")], [Edit(4, 20, "a@example.com")], "a label is not masked again"),
        ([HERE, Match(4, 20, "code")], [Edit(4, 20, "a@example.com")], "nor a whole placeholder"),
        ([HERE, Match(4, 23, "word")], [Edit(4, 23, f"<word:{TEXT[4:23]}>")], "a mask that reaches beyond takes it"),
        ([HERE, Match(2, 6, "word")], [Edit(2, 6, f"<word:{TEXT[2:6]}>")], "also one that cuts into it"),
        ([THERE, Match(25, 30, "word")], [Edit(25, 30, "<word:EMAIL>")], "a stranger's label is a text"),
        ([HERE, THERE], [Edit(4, 20, "a@example.com")], "each for itself"),
        (
            [HERE, Match(5, 10, "word"), Match(0, 3, "code"), Match(21, 23, "word")],
            [Edit(0, 3, "<code:say>"), Edit(4, 20, "a@example.com"), Edit(21, 23, "<word:or>")],
            "in order",
        ),
    ],
)
def test_settled(matches: list[Match], expected: list[Edit], note: str) -> None:
    def text_of(match: Match) -> str:
        return TEXT[match.start : match.end]

    assert settled(matches, text_of, decide, lambda match: TREATMENTS.get(match.detector)) == expected, note
    assert settled(matches[::-1], text_of, decide, lambda match: TREATMENTS.get(match.detector)) == expected, note


@pytest.mark.parametrize(
    ("matches", "expected", "note"),
    [
        ([Match(0, 3, "word")], [Edit(0, 3, "<word:say>")], "one alone"),
        ([Match(0, 3, "fine")], [], "refused"),
        ([Match(0, 3, "fine"), Match(1, 3, "word")], [Edit(1, 3, "<word:ay>")], "the refused one does not widen"),
        ([Match(0, 2, "word"), Match(1, 3, "code")], [Edit(0, 3, "<word:say>")], "as long as each other: the leftmost"),
        ([HERE, Match(5, 10, "word")], [Edit(4, 20, "a@example.com")], "a known placeholder comes first"),
    ],
)
def test_without_treatments(matches: list[Match], expected: list[Edit], note: str) -> None:
    assert settled(matches, lambda match: TEXT[match.start : match.end], decide) == expected, note


@pytest.mark.parametrize(
    ("start", "end", "covered", "note"),
    [
        (0, 1, "a", "a character of one byte"),
        (2, 3, "é", "the second half of a character"),
        (1, 2, "é", "the first half"),
        (4, 5, "🎈", "one of four"),
        (2, 6, "é🎈", "from the middle of one into the middle of the next"),
        (7, 8, "b", "after all of them"),
    ],
)
def test_half_a_character_is_a_whole_one(start: int, end: int, covered: str, note: str) -> None:
    text = "aé🎈b"
    edits = edits_of(text.encode(), [Match(start, end, "word")], lambda _, value: f"<{value}>")
    assert replaced(text, edits) == text.replace(covered, f"<{covered}>"), note


def test_decide_hears_of_each_span_once() -> None:
    asked: list[tuple[Match, str]] = []

    def noting(match: Match, value: str) -> str | None:
        asked.append((match, value))
        return "x"

    settled(
        [Match(0, 2, "word"), Match(1, 3, "code"), HERE, Match(5, 10, "word")],
        lambda match: TEXT[match.start : match.end],
        noting,
        lambda match: TREATMENTS.get(match.detector),
    )
    assert asked == [(Match(0, 3, "code"), "say"), (HERE, "[EMAIL_K7Q2M9XA]")]
