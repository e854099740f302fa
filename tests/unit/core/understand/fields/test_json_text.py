"""Fields of JSON in a text."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.core.understand.fields.json_text import json_values

Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def read(text: str) -> list[tuple[str, str]]:
    return [(".".join(value.path), value.read(text)) for value in json_values(text)]


@pytest.mark.parametrize(
    ("text", "values", "note"),
    [
        ('{"a": 1, "b": {"c": "x"}}', [("a", "1"), ("b.c", "x")], "nested"),
        ('[{"a": true}, {"a": null}]', [("a", "true")], "null is no value"),
        ('{"a": [1, [2]], "b": 3}', [("a", "1"), ("a", "2"), ("b", "3")], "lists add no step"),
        ('{"a":1}\n{"a":2}', [("a", "1"), ("a", "2")], "lines"),
        ('the result: {"a": "x"}, done', [("a", "x")], "in prose"),
        ('{"a": "x", "b": "y', [("a", "x"), ("b", "y")], "cut off in a string"),
        ('[INFO] {"a": 1}', [("a", "1")], "brackets that are no JSON before it"),
        ('{"a": {"b": 1}, "c": 2}', [("a.b", "1"), ("c", "2")], "back to the level above"),
        ('{a: 1, "b": 2}', [], "no JSON"),
        ('["a", "b"]', [], "no names"),
        ('f({"a": 1})', [("a", "1")], "in a call"),
        ("[" * 500 + '{"a":1}', [("a", "1")], "deeper than anybody prints"),
    ],
)
def test_fields(text: str, values: list[tuple[str, str]], note: str) -> None:
    assert read(text) == values, note


def leaves(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    match value:
        case dict():
            for key, inner in value.items():
                yield from leaves(inner, (*path, key))
        case list():
            for inner in value:
                yield from leaves(inner, path)
        case None:
            return
        case _:
            if path:
                yield path, value


@given(Json, st.sampled_from([None, 2]), st.booleans())
def test_every_leaf_of_any_json_is_found(document: object, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps([document], indent=indent, ensure_ascii=ascii_only)
    found = [(value.path, json.loads(text[value.start : value.end])) for value in json_values(text)]
    assert found == list(leaves(document))


@given(st.text(alphabet='{}[]",: \\ab1\n'))
def test_any_text_is_read_without_overlaps(text: str) -> None:
    at = 0
    for value in json_values(text):
        assert at <= value.start < value.end <= len(text)
        at = value.end
