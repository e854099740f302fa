"""A report as a page."""

from datetime import UTC, datetime

import pytest

from sidecar.record.reports.forms import Table
from sidecar.record.reports.page import POLICY, Answered, page, verdict
from sidecar.record.reports.saved import Saved

SAVED = Saved("access", "Access", "Who?", ("SOC 2 CC6.1",), "SELECT 1", ("who", "calls"))
EMPTY = Saved("none", "None", "Any?", (), "SELECT 1", None, True)
ROWS = Table(("who", "calls"), (("<b>ada</b>", 1200),))
NONE = Table(("who", "calls"), ())
AT = datetime(2026, 3, 4, 12, tzinfo=UTC)

VERDICTS = [
    ("rows", SAVED, ROWS, ("soft", "1 row.")),
    ("no rows", SAVED, NONE, ("soft", "Nothing was recorded in this period.")),
    ("rows that must not be", EMPTY, ROWS, ("bad", "1 found. There must be none.")),
    ("none, as it must be", EMPTY, NONE, ("good", "None found, as it must be.")),
]


@pytest.mark.parametrize(("note", "saved", "table", "expected"), VERDICTS, ids=[row[0] for row in VERDICTS])
def test_verdict(note: str, saved: Saved, table: Table, expected: tuple[str, str]) -> None:
    assert verdict(Answered(saved, table)) == expected, note


def test_one_report_is_the_page() -> None:
    made = page([Answered(SAVED, ROWS)], "March", AT)
    assert "<title>Access</title>" in made
    assert made.count("<h1") == 1
    assert "<li>SOC 2 CC6.1</li>" in made
    assert '<td class="number">1,200</td>' in made
    assert "<svg" in made


def test_nothing_on_it_is_markup_of_a_client_or_comes_from_elsewhere() -> None:
    made = page([Answered(SAVED, ROWS), Answered(EMPTY, NONE)], "<i>March</i>", AT)
    assert "<b>" not in made
    assert "<i>" not in made
    assert "&lt;b&gt;ada" in made
    assert POLICY in made
    assert not [word for word in ("<script", "http:", "https:", "url(", "<img", "<link") if word in made]


def test_several_have_a_heading_each() -> None:
    made = page([Answered(SAVED, ROWS), Answered(EMPTY, NONE)], "March", AT)
    assert (made.count("<h1"), made.count("<h2"), made.count("<table")) == (1, 2, 1)
