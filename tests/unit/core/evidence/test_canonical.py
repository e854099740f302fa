"""One form of JSON: whichever encoder writes it, the bytes are those of Python's own."""

from enum import Enum, IntEnum, StrEnum
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.evidence.canonical import by_python, canonical

TEXT = st.text(st.characters() | st.characters(categories=["Cs"]) | st.sampled_from('\\"/\x00\x1f\x7f\u2028\U0001f600'))
NUMBERS = (
    st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.floats(1e-6, 1e-3)
    | st.floats(1e14, 1e18)
    | st.sampled_from([2**63, 2**64, -(2**63) - 1, 1e16, 9999999999999998.0, 1e-4, 9.9e-5, -0.0, 5e-324])
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=400)
@given(st.dictionaries(TEXT, JSON, max_size=5))
def test_the_bytes_are_those_of_python(fact: dict[str, object]) -> None:
    assert canonical(fact) == by_python(fact)


class Word(StrEnum):
    A = "a"


class Number(IntEnum):
    A = 1


class Thing(Enum):
    A = "a"


@pytest.mark.parametrize(
    "value", [Word.A, Number.A, {1: 2}, {None: 1}, {True: {}}, [[[{}]]], type("Text", (str,), {})("x"), (1, [2])]
)
def test_what_python_takes_is_taken_the_same_way(value: object) -> None:
    assert canonical({"a": value}) == by_python({"a": value})


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


def test_what_orjson_finds_too_deep_is_written() -> None:
    assert canonical({"a": nested(400)}) == by_python({"a": nested(400)})


@pytest.mark.parametrize(
    "value", [float("nan"), [float("inf")], {"b": -float("inf")}, Thing.A, UUID(int=1), b"x", {1}, object(), {(1,): 2}]
)
def test_what_json_cannot_carry_raises(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical({"a": value, "nothing": None})
