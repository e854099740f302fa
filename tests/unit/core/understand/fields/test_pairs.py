"""Values behind their names."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.core.understand.fields.pairs import pair_values


def read(text: str) -> list[tuple[str, str]]:
    return [(".".join(value.path), text[value.start : value.end]) for value in pair_values(text)]


@pytest.mark.parametrize(
    ("text", "values", "note"),
    [
        ("ssn: 12\n", [("ssn", "12")], "YAML"),
        ("ssn: 12 # a remark\r\n", [("ssn", "12")], "a remark"),
        ("ssn: '12' # a remark", [("ssn", "12")], "quotes"),
        ('ssn: "a # b"', [("ssn", "a # b")], "what looks like a remark"),
        (
            "user:\n  card:\n    number: 1\n  x: 2\nz: 3",
            [("user.card.number", "1"), ("user.x", "2"), ("z", "3")],
            "nested",
        ),
        ("users:\n- ssn: 1\n  n: 2\n- ssn: 3\n", [("users.ssn", "1"), ("users.n", "2"), ("users.ssn", "3")], "a list"),
        ("ssn:\n  - 1\n  - 2\nb: 3\n", [("ssn", "1"), ("ssn", "2"), ("b", "3")], "a list below a name"),
        ("key: |\n  a: 1\n\n  b\nc: d", [("key", "a: 1"), ("key", "b"), ("c", "d")], "a block"),
        ("export SSN=12\nB='c d'\n", [("SSN", "12"), ("B", "c d")], "settings"),
        ("   id: 1\n  ssn: 2\n", [("id", "1"), ("ssn", "2")], "mysql's \\G"),
        ("if a == b:\n  pass", [], "no setting"),
        ("http://example.com/a", [], "no name of a field"),
        ('f.json:3: {"ssn": "12", "n": 4}', [("ssn", "12"), ("n", "4")], "JSON behind something else"),
        (r'"{\"ssn\": \"12\", \"n\": 4}"', [("ssn", "12"), ("n", "4")], "JSON in a string"),
        ("ssn:\n", [], "nothing there"),
    ],
)
def test_pairs(text: str, values: list[tuple[str, str]], note: str) -> None:
    assert [one for one in read(text) if one[0] != "f.json"] == values, note


@given(st.text(alphabet="as:= -\n\"'\\|>#,{}"))
def test_any_text(text: str) -> None:
    for value in pair_values(text):
        assert 0 <= value.start < value.end <= len(text)


@pytest.mark.parametrize("text", [" ", "\\", '"', "-", "a", "- ", "a:\n ", '"a"', "a: |\n", '\\"', "\n"])
def test_linear(text: str) -> None:
    long = text * (200_000 // len(text))
    begun = time.process_time()
    assert sum(1 for _ in pair_values(long)) <= len(long)
    assert time.process_time() - begun < 5
