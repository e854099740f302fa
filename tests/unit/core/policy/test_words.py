"""The kinds of text a policy is written in."""

from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from sidecar.core.policy.words import MANY, MAX_ENTRIES, AllowedPath, Glob, Keyword, Label, Name, Say

KINDS = {"name": Name, "label": Label, "glob": Glob, "keyword": Keyword, "path": AllowedPath, "say": Say}


@pytest.mark.parametrize(
    ("kind", "text", "right"),
    [
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
        assert adapter.validate_python(text) == text
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
