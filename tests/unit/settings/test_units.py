"""Quantities as people write them."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from sidecar.settings import units


@pytest.mark.parametrize(
    ("written", "size"),
    [(1, 1), ("1", 1), ("1KiB", 1024), ("32 MiB", 32 << 20), ("1.5kib", 1536), ("2GiB", 2 << 30), ("7B", 7), (1.9, 1)],
)
def test_size(written: object, size: int) -> None:
    assert units.size(written) == size


@pytest.mark.parametrize("written", ["", "MiB", "32MB", "-1", "1e9", True, None, [], "1 Mi B"])
def test_no_size(written: object) -> None:
    with pytest.raises(ValueError, match="expected a size such as 32MiB"):
        units.size(written)


@pytest.mark.parametrize(
    ("written", "seconds"), [(0, 0), (1.5, 1.5), ("10s", 10), ("500ms", 0.5), ("5m", 300), ("1h", 3600), ("2", 2)]
)
def test_duration(written: object, seconds: float) -> None:
    assert units.duration(written) == seconds


@pytest.mark.parametrize("written", ["", "s", "1d", "-1s", True, None, {}])
def test_no_duration(written: object) -> None:
    with pytest.raises(ValueError, match="expected a duration such as 10s"):
        units.duration(written)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://api.anthropic.com", "https://api.anthropic.com"),
        ("https://api.anthropic.com/", "https://api.anthropic.com"),
        ("http://10.0.0.1:8080/a/b", "http://10.0.0.1:8080/a/b"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_web_address(written: str, url: str) -> None:
    assert units.web_address(written) == url


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("api.anthropic.com", "expected a URL"),
        ("ftp://a", "expected a URL"),
        ("https://", "expected a URL"),
        ("https://a b", "expected a URL"),
        ("https://a:99999", "expected a URL"),
        ("https://a:0", "expected a URL"),
        ("https://a:word", "expected a URL"),
        ("https://[::1", "expected a URL"),
        (7, "expected a URL"),
        ("https://user@a", "must not hold a user or password"),
        ("https://a/?key=1", "must not have a query"),
        ("https://a/#f", "must not have a query"),
    ],
)
def test_no_web_address(written: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        units.web_address(written)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (units.Name, ["a", "a-1", "x" * 63], ["", "A", "-a", "a-", "a.b", "a/b", "a b", "x" * 64, "a\n"]),
        (units.HeaderName, ["x-api-key", "X-Api-Key"], ["", "a b", "a:b", ":path", "a\r\nb", "é"]),
        (units.HeaderText, ["", "Bearer "], ["a\r\n", "é", "\t"]),
        (
            units.AnswerPath,
            ["/mcp", "/mcp/tickets", "/a.b/c-d"],
            ["", "/", "mcp", "/a/", "/a//b", "/..", "/a/.", "/%2e"],
        ),
        (units.Address, ["127.0.0.1", "::1", "localhost", "10.0.0.1"], ["", "gate", "1.2.3", "127.0.0.1:80"]),
        (units.Text, ["a", "a b", "é"], ["", "\0", "a\nb"]),
        (units.Port, [0, 1, 65535], [-1, 65536, "x"]),
        (units.Size, [1, "1KiB"], [0, "0", "x"]),
    ],
)
def test_forms(kind: Any, good: list[object], bad: list[object]) -> None:
    adapter = TypeAdapter(kind)
    for value in good:
        adapter.validate_python(value)
    for value in bad:
        with pytest.raises(ValidationError):
            adapter.validate_python(value)


def test_what_is_normalised() -> None:
    assert TypeAdapter[str](units.HeaderName).validate_python("X-Api-Key") == "x-api-key"
    assert TypeAdapter[str](units.Address).validate_python("localhost") == "127.0.0.1"
