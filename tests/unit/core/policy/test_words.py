"""The kinds of text a policy is written in."""

from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from sidecar.core.policy.words import (
    MANY,
    MAX_ENTRIES,
    AllowedPath,
    Glob,
    Group,
    Keyword,
    Label,
    Name,
    Reuse,
    Say,
    Timeout,
)

KINDS = {
    "name": Name,
    "label": Label,
    "glob": Glob,
    "keyword": Keyword,
    "path": AllowedPath,
    "say": Say,
    "group": Group,
    "timeout": Timeout,
    "reuse": Reuse,
}


@pytest.mark.parametrize(
    ("kind", "text", "right"),
    [
        ("group", "CN=sre,OU=people", True),
        ("group", " ", False),
        ("group", "sre-*", False),
        ("group", "a\nb", False),
        ("timeout", "10m", True),
        ("timeout", "5s", True),
        ("timeout", "4.9s", False),
        ("timeout", "24h", True),
        ("timeout", "24.01h", False),
        ("timeout", "600", False),
        ("timeout", "500ms", False),
        ("timeout", "-5m", False),
        ("timeout", "5 m", False),
        ("timeout", "9" * 400 + "s", False),
        ("reuse", "1s", True),
        ("reuse", "25h", False),
        ("name", "no-zephyr.2_x", True),
        ("name", "-x", False),
        ("name", "a b", False),
        ("name", "a\n", False),
        ("name", "é", False),
        ("name", "x" * 65, False),
        ("label", "API_KEY", True),
        ("label", "4KEYS", False),
        ("label", "API-KEY", False),
        ("glob", "*", True),
        ("glob", " ", False),
        ("glob", "x" * 257, False),
        ("keyword", "Project Zephyr", True),
        ("keyword", "\t", False),
        ("path", "/v1/files*", True),
        ("path", "GET /v1/files/*/content", True),
        ("path", "get /v1", False),
        ("path", "v1/files", False),
        ("path", "/v1/../x", False),
        ("path", "/v1/./x", False),
        ("path", "/v1/x?y=1", False),
        ("path", "/v1/%2e", False),
        ("path", "/v1/x;y", False),
        ("say", "Ask the people who run this: sre@…", True),
        ("say", "two\nlines", False),
        ("say", "\x1b[2J", False),
        ("say", " ", False),
        ("say", "x" * 501, False),
    ],
)
def test_texts(kind: str, text: str, right: bool) -> None:
    adapter = TypeAdapter(KINDS[kind])
    if right:
        read = adapter.validate_python(text)
        assert read == text or isinstance(read, float)
    else:
        with pytest.raises(ValidationError, match="expected"):
            adapter.validate_python(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", ("a",)),
        (["a", "b"], ("a", "b")),
        ([], None),
        (None, None),
        (3, None),
        ([1], None),
        (["a"] * (MAX_ENTRIES + 1), None),
    ],
)
def test_one_or_many(value: object, expected: tuple[str, ...] | None) -> None:
    adapter = TypeAdapter(Annotated[tuple[str, ...] | None, *MANY])
    if expected is None:
        with pytest.raises(ValidationError):
            adapter.validate_python(value)
    else:
        assert adapter.validate_python(value) == expected


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90.0), ("10m", 600.0), ("1.5h", 5400.0)])
def test_a_duration_is_seconds(text: str, seconds: float) -> None:
    assert TypeAdapter(Timeout).validate_python(text) == seconds


@pytest.mark.parametrize("value", [600, 600.0, True, None, ["10m"]])
def test_a_duration_has_its_unit(value: object) -> None:
    with pytest.raises(ValidationError, match="a duration from 5s to 24h"):
        TypeAdapter(Timeout).validate_python(value)
