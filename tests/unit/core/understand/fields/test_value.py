"""A value is read without the quoting of its format, and a new one written with it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.core.understand.fields.value import Form, Value


@pytest.mark.parametrize(
    ("text", "form", "read"),
    [
        (r'"a\"b"', Form.JSON_STRING, 'a"b'),
        (r'"a\u00e9"', Form.JSON_STRING, "aé"),
        ('"cut of', Form.JSON_STRING, "cut of"),
        ("12.5", Form.JSON_BARE, "12.5"),
        ('"a""b"', Form.CSV_QUOTED, 'a"b'),
        ("a b", Form.CSV_BARE, "a b"),
        ("a b", Form.CELL, "a b"),
    ],
)
def test_read(text: str, form: Form, read: str) -> None:
    assert Value(("x",), 0, len(text), form).read(text) == read


@pytest.mark.parametrize(
    ("new", "form", "written"),
    [
        ('a"b', Form.JSON_BARE, r'"a\"b"'),
        ("a,b", Form.CSV_BARE, '"a,b"'),
        ("ab", Form.CSV_BARE, "ab"),
        ("ab", Form.CSV_QUOTED, '"ab"'),
        ("a|b\nc", Form.CELL, "a/b c"),
        ("[A]", Form.YAML_BARE, '"[A]"'),
        ("[A]", Form.ESCAPED_BARE, r"\"[A]\""),
        ("a b", Form.PLAIN, "a b"),
    ],
)
def test_written(new: str, form: Form, written: str) -> None:
    assert Value((), 0, 0, form).written(new) == written


@given(st.text())
def test_what_is_written_into_json_is_read_again(new: str) -> None:
    written = Value((), 0, 0, Form.JSON_STRING).written(new)
    assert json.loads(written) == new
    assert Value((), 0, len(written), Form.JSON_STRING).read(written) == new


@pytest.mark.parametrize(
    ("text", "form", "inside"),
    [
        ('"ab"', Form.JSON_STRING, "ab"),
        ('"ab', Form.JSON_STRING, "ab"),
        (r'"ab\"', Form.JSON_STRING, r"ab\""),
        ('"a""b"', Form.CSV_QUOTED, 'a""b'),
        ("ab", Form.CSV_BARE, "ab"),
    ],
)
def test_inside_of_its_quotes(text: str, form: Form, inside: str) -> None:
    start, end = Value((), 0, len(text), form).inside(text)
    assert text[start:end] == inside
