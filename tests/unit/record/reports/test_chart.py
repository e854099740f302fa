"""Bars."""

import re
from xml.etree import ElementTree

from sidecar.record.reports.chart import MOST, WIDE, bars
from sidecar.record.reports.forms import Table

CHART = ("who", "calls")


def drawn(*rows: tuple[object, object]) -> tuple[list[str], list[float]]:
    """The texts and the lengths of the bars."""
    picture = bars(Table(CHART, rows), CHART)
    root = ElementTree.fromstring(picture)  # noqa: S314  (we drew it ourselves)
    return [one.text or "" for one in root.iter("text")], [float(one.get("width", "0")) for one in root.iter("rect")]


def test_lengths_are_numbers() -> None:
    assert drawn(("ada", 1), ("bob", 3), ("ada", 0.5)) == (["bob", "3", "ada", "1.5"], [WIDE, WIDE / 2])


def test_many_become_others() -> None:
    texts, lengths = drawn(*((f"n{at:02}", 100 - at) for at in range(MOST + 3)))
    assert len(lengths) == MOST + 1
    assert texts[-2] == "3 others"


def test_a_name_is_never_markup() -> None:
    texts, _ = drawn(("<script>alert(1)</script>", 1), ("", 1))
    assert texts[0] == "(none)"
    assert texts[2].startswith("<script>alert")


def test_nothing_to_draw() -> None:
    assert bars(Table(CHART, ()), CHART) == ""
    assert bars(Table(CHART, (("ada", 0), ("bob", None))), CHART) == ""
    assert bars(Table(("a", "b"), (("ada", 1),)), CHART) == ""


def test_it_says_what_it_shows() -> None:
    assert re.search('aria-label="calls by who"', bars(Table(CHART, (("ada", 1),)), CHART))
