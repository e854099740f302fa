"""Heads of messages."""

import pytest

from sidecar.core.model.http import Headers, first, names


@pytest.mark.parametrize(
    ("note", "headers", "expected"),
    [
        ("nothing there", (), None),
        ("another name", (("b", "1"),), None),
        ("the first of several", (("a", "1"), ("b", "2"), ("a", "3")), "1"),
        ("an empty value is a value", (("a", ""), ("a", "x")), ""),
    ],
)
def test_first(note: str, headers: Headers, expected: str | None) -> None:
    assert first(headers, "a") == expected, note


def test_names() -> None:
    assert names((("b", "1"), ("a", "2"), ("b", "3"))) == ("b", "a")
