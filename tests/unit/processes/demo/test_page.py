"""What stands on the page: nothing too wide, no colour where none is wanted, and what was not kept in words."""

import pytest

from sidecar.processes.demo.page import LONGEST, WIDTH, Page
from sidecar.processes.demo.step import Check, Outcome, Seen, Shown

LONG = "words and more words " * 40
SEEN = Seen(
    (Shown("agent sent", LONG), Shown("agent got", "two\nlines"), Shown("model received", "")),
    (Check("this holds " * 12, True), Check("this does not", False)),
)
OUTCOME = Outcome(2, "step", "A promise", SEEN, 0.5)
KEPT = Outcome(1, "first", "Another", Seen((), (Check("holds", True),)), 0.5)


def test_plain_and_no_wider_than_it_may_be() -> None:
    page = Page(False).body(OUTCOME)
    lines = page.splitlines()
    assert Page(False).head(2, 10, "A promise") == " 2/10  A promise"
    assert max(map(len, [*lines, *Page(False).opening().splitlines()])) <= WIDTH
    assert "\x1b" not in page + Page(False).opening() + Page(False).closing([OUTCOME], 1)
    assert len(page) < 2 * LONGEST + 500, "long things are cut"


def test_what_is_not_kept_is_said_in_words_too() -> None:
    lines = Page(False).body(OUTCOME).splitlines()
    assert [line.strip() for line in lines if "✗" in line] == ["✗ NOT KEPT: this does not"]
    assert sum("✓" in line for line in lines) == 1


def test_a_label_stands_once_and_every_line_has_its_place() -> None:
    lines = [line for line in Page(False).body(OUTCOME).splitlines() if "two" in line or "lines" in line]
    assert lines == ["       agent got       two", "                       lines"]


def test_a_name_is_not_cut_at_its_hyphens() -> None:
    name = "secret/aws-access-key-id"
    for width in range(WIDTH):
        shown = Outcome(1, "n", "N", Seen((Shown("who", f"{'x' * width} {name}"),), ()), 0)
        assert name in Page(False).body(shown)


def test_colour_adds_nothing_but_colour() -> None:
    coloured = Page(True).body(OUTCOME)
    assert "\x1b[31m✗\x1b[0m" in coloured
    plain = coloured
    for code in ("0", "1", "2", "31", "32"):
        plain = plain.replace(f"\x1b[{code}m", "")
    assert plain == Page(False).body(OUTCOME)


@pytest.mark.parametrize(
    ("outcomes", "said", "note"),
    [
        ([KEPT], "All 1 promises were kept. 9 s.", "all"),
        ([KEPT, OUTCOME], "1 of 2 promises were NOT kept: 2 A promise.", "one is not"),
    ],
)
def test_closing(outcomes: list[Outcome], said: str, note: str) -> None:
    assert Page(False).closing(outcomes, 9.2) == said, note
