"""Answers as text."""

import csv
import io
import json
from datetime import UTC, date, datetime

import pytest

from sidecar.record.reports.forms import Table, as_csv, as_json, as_table, cell, plain, shown

AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
TABLE = Table(("who", "number_of_calls"), (("ada", 1200), ("bob", 3)))


def test_a_table_lines_up() -> None:
    assert as_table(TABLE).splitlines() == [
        "who  number of calls",
        "---  ---------------",
        "ada            1,200",
        "bob                3",
    ]


CELLS = [
    ("nothing", None, "", None),
    ("a time", AT, "2026-03-04 12:00:00", "2026-03-04T12:00:00+00:00"),
    ("a time of nowhere is UTC", datetime(2026, 3, 4, 12), "2026-03-04 12:00:00", "2026-03-04T12:00:00+00:00"),
    ("a day", date(2026, 3, 4), "2026-03-04", "2026-03-04"),
    ("a fraction", 0.25, "0.25", 0.25),
    ("a whole number", 1200, "1,200", 1200),
    ("yes", True, "yes", True),
    ("a list", ["a", "b"], "a, b", ["a", "b"]),
    ("lines", "a\nb", "a b", "a\nb"),
]


@pytest.mark.parametrize(("note", "value", "for_people", "for_programs"), CELLS, ids=[row[0] for row in CELLS])
def test_cells(note: str, value: object, for_people: str, for_programs: object) -> None:
    assert cell(value) == for_people, note
    assert plain(value) == for_programs


@pytest.mark.parametrize("text", ["\x1b[2J", "\x9b2J", "\x07", "a\u202eb"])
def test_nothing_drives_the_terminal(text: str) -> None:
    assert shown(text).isprintable()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_cell_is_a_formula(text: str) -> None:
    _, row = csv.reader(io.StringIO(as_csv(Table(("a", "b"), ((text, -1),)))))
    assert row == [f"'{text}", "-1"]


def test_json_says_what_it_is_about() -> None:
    assert json.loads(as_json(TABLE, {"report": "access"})) == {
        "report": "access",
        "rows": [{"who": "ada", "number_of_calls": 1200}, {"who": "bob", "number_of_calls": 3}],
    }
