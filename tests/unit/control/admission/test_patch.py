"""A patch turns one value into the other, and says no more than that."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.control.admission.patch import patch, same
from tests.k8s.api_server import applied

KEYS = st.sampled_from(["a", "b", "x/y", "t~u", "", "-"])
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.sampled_from(["", "v"]), st.just(1.0))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


@given(VALUES, VALUES)
@settings(max_examples=200)
def test_applied_it_gives_the_other_value(before: Any, after: Any) -> None:
    assert same(applied(before, patch(before, after)), after)


@given(VALUES)
@settings(max_examples=50)
def test_nothing_changed_is_nothing(value: Any) -> None:
    assert patch(value, value) == []


@pytest.mark.parametrize(
    ("note", "before", "after", "made"),
    [
        ("one more in front", [1, 2], [0, 1, 2], [{"op": "add", "path": "/0", "value": 0}]),
        ("one more behind", [1, 2], [1, 2, 3], [{"op": "add", "path": "/2", "value": 3}]),
        ("one inside", [1, 3], [1, 2, 3], [{"op": "add", "path": "/1", "value": 2}]),
        ("a part", [{"a": 1}], [{"a": 1, "b": 2}], [{"op": "add", "path": "/0/b", "value": 2}]),
        ("a slash", {}, {"a/b~": 1}, [{"op": "add", "path": "/a~1b~0", "value": 1}]),
        ("true is not one", {"a": 1}, {"a": True}, [{"op": "replace", "path": "/a", "value": True}]),
        ("gone", {"a": 1}, {}, [{"op": "remove", "path": "/a"}]),
    ],
)
def test_it_is_as_small_as_it_can_be(note: str, before: Any, after: Any, made: Any) -> None:
    assert patch(before, after) == made, note


def test_in_front_and_inside_at_once() -> None:
    before = [{"n": "a"}, {"n": "b"}]
    after = [{"n": "new"}, {"n": "a", "env": []}, {"n": "b", "env": []}]
    made = patch(before, after)
    assert applied(before, made) == after
    assert [one["op"] for one in made] == ["add", "add", "add"]
