"""Columns of tables drawn with characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.core.understand.fields.ruled import ruled_values


def read(text: str) -> list[tuple[str, str]]:
    return [(value.path[0], text[value.start : value.end]) for value in ruled_values(text)]


@pytest.mark.parametrize(
    ("text", "values", "note"),
    [
        (" id | ssn \n----+-----\n  1 | 12  \n(1 row)\n", [("id", "1"), ("ssn", "12")], "psql"),
        ("| id | ssn |\n|---|:--:|\n| 1 | 12 |\n", [("id", "1"), ("ssn", "12")], "Markdown"),
        ("id | ssn\n--- | ---\n1 | 12\n", [("id", "1"), ("ssn", "12")], "Markdown without borders"),
        ("+--+---+\n|id|ssn|\n+--+---+\n| 1| 12|\n+--+---+\n", [("id", "1"), ("ssn", "12")], "mysql"),
        ("┌──┬───┐\n│id│ssn│\n├──┼───┤\n│ 1│ 12│\n└──┴───┘\n", [("id", "1"), ("ssn", "12")], "drawn with lines"),
        ("-[ RECORD 1 ]-\nid  | 1\nssn | 1|2\n", [("id", "1"), ("ssn", "1|2")], "psql expanded"),
        ("| id | ssn |\n|---|---|\n|  | 12 |\n", [("ssn", "12")], "an empty cell"),
        ("| a |\n|---|\n| 1 |\n\n| b |\n|---|\n| 2 |\n", [("a", "1"), ("b", "2")], "two tables"),
        ("a | b\nc | d\n", [], "bars without a rule"),
        ("a | grep b\n----\nc | wc\n", [("a", "c"), ("grep b", "wc")], "a heading over a pipe is taken for a table"),
        ("--------\nprose\n", [], "a rule alone"),
    ],
)
def test_columns(text: str, values: list[tuple[str, str]], note: str) -> None:
    assert read(text) == values, note


@given(st.text(alphabet="ab |+-─│\n:"))
def test_any_text_is_read_in_order(text: str) -> None:
    at = 0
    for value in ruled_values(text):
        assert at <= value.start < value.end <= len(text)
        at = value.end
