"""Values replaced in the text of a document."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.wire.json_spans import put_before, replaced_at

TEXT = ' { "a" : [ 1 , {"b\\u0041":"x]}"} ,[] ] , "c":{"d" :null}, "e": {}}\n'


@pytest.mark.parametrize(
    ("path", "before"),
    [
        ((), TEXT.strip()),
        (("a",), '[ 1 , {"b\\u0041":"x]}"} ,[] ]'),
        (("a", 0), "1 "),
        (("a", 1, "bA"), '"x]}"'),
        (("a", 2), "[]"),
        (("c", "d"), "null"),
        (("e",), "{}"),
    ],
)
def test_one_at_its_place(path: tuple[str | int, ...], before: str) -> None:
    assert replaced_at(TEXT, [(path, "9")]) == TEXT.replace(before, "9 " if before.endswith(" ") else "9", 1)


@pytest.mark.parametrize("path", [("z",), ("a", 3), ("c", "e"), ("e", "f")])
def test_what_is_not_there_is_a_bug(path: tuple[str | int, ...]) -> None:
    with pytest.raises(KeyError):
        replaced_at(TEXT, [(path, "9")])


def test_in_front_of_elements() -> None:
    changes = [(("a", 0), "8,9"), (("a", 2), "[7]")]
    assert put_before(TEXT, changes) == TEXT.replace("1 ,", "8,9,1 ,").replace(",[]", ",[7],[]")
    assert put_before(TEXT, []) == TEXT


def test_several_at_once() -> None:
    changes = [(("c",), "2"), (("a", 0), '"one"'), (("a", 1, "bA"), "3")]
    assert replaced_at(TEXT, changes) == ' { "a" : [ "one" , {"b\\u0041":3} ,[] ] , "c":2, "e": {}}\n'


_leaf = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
_json = st.recursive(
    _leaf,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(st.lists(_json, min_size=1, max_size=5), st.sampled_from([None, 1]), st.data())
def test_only_what_is_named_changes(values: list[object], indent: int | None, data: st.DataObject) -> None:
    """The measure: the same change in the parsed value."""
    places = data.draw(st.sets(st.integers(0, len(values) - 1)))
    text = json.dumps({"k": values, "l": [[]]}, indent=indent)
    expected = [("new" if place in places else value) for place, value in enumerate(values)]
    changed = replaced_at(text, [(("k", place), '"new"') for place in places])
    assert json.loads(changed) == {"k": expected, "l": [[]]}
    assert places or changed == text
