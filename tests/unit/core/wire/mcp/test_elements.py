"""Elements go, every other byte stays."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.wire.mcp.elements import without

CASES = (
    ("the only one", b'{"a": [ 1 ] , "b": 2}', {0}, b'{"a": [ ] , "b": 2}'),
    ("the first", b'{"a":[{"x":"]"}, 2 ,3]}', {0}, b'{"a":[2 ,3]}'),
    ("one between", b'{"z":{"a":[9]},"a":[1 , 2,\n3]}', {1}, b'{"z":{"a":[9]},"a":[1,\n3]}'),
    ("the last", b'{"a":[1,2 ]}', {1}, b'{"a":[1 ]}'),
    ("all", b'{"a":[1,2]}', {0, 1}, b'{"a":[]}'),
    ("none", b'{"a":[1, 2]}', set(), b'{"a":[1, 2]}'),
)


@pytest.mark.parametrize(("raw", "gone", "left"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_what_is_left(raw: bytes, gone: set[int], left: bytes) -> None:
    assert without(raw, ("a",), gone) == left


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=6), lambda inner: st.lists(inner, max_size=3), max_leaves=6
)


@given(st.lists(JSON, max_size=6), st.sets(st.integers(0, 5)), st.sampled_from([None, 1]))
@settings(max_examples=150, deadline=None)
def test_it_means_what_it_meant_without_them(values: list[object], gone: set[int], indent: int | None) -> None:
    gone = {index for index in gone if index < len(values)}
    raw = json.dumps({"result": {"q": "]", "tools": values, "next": "x"}}, indent=indent, ensure_ascii=False).encode()
    left = json.loads(without(raw, ("result", "tools"), gone))["result"]
    kept = [value for index, value in enumerate(values) if index not in gone]
    assert left == {"q": "]", "tools": kept, "next": "x"}
