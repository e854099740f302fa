"""Scalars of JSON, with their names and places."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.wire.json_leaves import Leaves, place_of
from sidecar.core.wire.json_strings import strings
from tests.unit.core.wire.mcp.test_texts import at

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


def leaves(value: object) -> Leaves:
    found = Leaves()
    found.tree(value)  # type: ignore[arg-type]
    return found


def test_a_tree() -> None:
    value = {"users": [{"card": {"no": 4111, "of": "ada"}, "ok": False, "none": None}, "x"]}
    found = leaves(value)
    assert [(text.value, names) for text, names in zip(found.texts, found.names, strict=True) if not text.key] == [
        ("4111", ("users", "card", "no")),
        ("ada", ("users", "card", "of")),
        ("false", ("users", "ok")),
        ("x", ("users",)),
    ]
    (card, _) = found.numbers
    assert place_of(value, card, found.numbers) == "users[0].card.no"
    assert place_of(value, found.texts[-1].ordinal, found.numbers) == "users[1]"
    assert place_of({"no name!": 1}, *_only(leaves({"no name!": 1}))) == "{0}"


def _only(found: Leaves) -> tuple[int, dict[int, object]]:
    return next(iter(found.numbers)), found.numbers  # type: ignore[return-value]


@given(VALUES)
@settings(max_examples=100, deadline=None)
def test_strings_count_as_everywhere_and_numbers_by_their_place(value: object) -> None:
    found = leaves(value)
    assert [text for text in found.texts if text.ordinal >= 0] == [one for one in strings(value) if one.value]  # type: ignore[arg-type]
    for text in found.texts:
        if text.ordinal in found.numbers:
            assert json.dumps(at(value, found.numbers[text.ordinal])) == text.value  # type: ignore[arg-type]
            assert not text.key
    assert found.ordinal == len(strings(value))  # type: ignore[arg-type]
