"""Columns of CSV and its kin."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.core.understand.fields.delimited import delimited_values


def read(text: str) -> list[tuple[str, str]]:
    return [(value.path[0], value.read(text)) for value in delimited_values(text)]


@pytest.mark.parametrize(
    ("text", "values", "note"),
    [
        ("a,b\n1,2\n3,4\n", [("a", "1"), ("b", "2"), ("a", "3"), ("b", "4")], "plain"),
        ("a;b\r\n1;2\r\n", [("a", "1"), ("b", "2")], "semicolons, other line ends"),
        ("a\tb\n1\t2", [("a", "1"), ("b", "2")], "tabs, no last line end"),
        ('a,b\n"x,y",2\n', [("a", "x,y"), ("b", "2")], "a quoted delimiter"),
        ('a,b\n"x\ny",2\n', [("a", "x\ny"), ("b", "2")], "a quoted line break"),
        ('"a","b c"\n1,2\n', [("a", "1"), ("b c", "2")], "quoted names"),
        ('a,b\n1,"2', [("a", "1"), ("b", "2")], "cut off in quotes"),
        ("a,b\n1,2\n3\n", [("a", "1"), ("b", "2"), ("a", "3")], "a short row"),
        ("a, b\n1, 2\n", [("a", "1"), ("b", "2")], "blanks around"),
        ("a,b\n\n1,2\n", [("a", "1"), ("b", "2")], "an empty line"),
        ("first, you see\nthen another line\n", [], "prose"),
        ("a,b", [], "a header alone"),
        ("a,,b\n1,2,3\n", [], "a column without a name"),
    ],
)
def test_columns(text: str, values: list[tuple[str, str]], note: str) -> None:
    assert read(text) == values, note


Cell = st.text(alphabet='abc",;\n|1 ', min_size=1, max_size=8).filter(lambda cell: cell == cell.strip(" "))


@given(st.lists(st.tuples(Cell, Cell), min_size=1, max_size=5))
def test_what_python_writes_is_read(rows: list[tuple[str, str]]) -> None:
    sink = io.StringIO()
    csv.writer(sink, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("first", "second"), *rows])
    assert read(sink.getvalue()) == [pair for row in rows for pair in zip(("first", "second"), row, strict=True)]


@given(st.text(alphabet='ab,";\t|\n\r'))
def test_any_text_is_read_in_order(text: str) -> None:
    at = 0
    for value in delimited_values(text):
        assert at <= value.start < value.end <= len(text)
        at = value.end
