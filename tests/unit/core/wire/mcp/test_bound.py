"""A session's id opens it for nobody but the one it was made for."""

import pytest

from sidecar.core.wire.mcp.bound import opened, sealed

KEY = b"a key of the tests, not a secret"
GIVEN = sealed("5f2.9a", KEY, "tickets", "company\nada") or ""


def test_it_comes_back_to_its_owner() -> None:
    assert GIVEN != "5f2.9a"
    assert opened(GIVEN, KEY, "tickets", "company\nada") == "5f2.9a"


OTHERS = (
    ("another caller", GIVEN, KEY, "tickets", "company\neve"),
    ("another connection", GIVEN, KEY, "billing", "company\nada"),
    ("another key", GIVEN, b"another key of tests, no secret", "tickets", "company\nada"),
    ("another id", GIVEN.replace("5f2", "5f3"), KEY, "tickets", "company\nada"),
    ("no seal", "5f2.9a", KEY, "tickets", "company\nada"),
    ("nothing", "", KEY, "tickets", "company\nada"),
    ("a line break", "a\nb." + GIVEN[-32:], KEY, "tickets", "company\nada"),
    ("letters beyond ASCII", "5f2.9a." + "é" * 32, KEY, "tickets", "company\nada"),
    ("its parts moved", (sealed("x", KEY, "t", "ickets") or ""), KEY, "ticket", "s"),
)


@pytest.mark.parametrize("row", [row[1:] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_it_opens_for_nobody_else(row: tuple[str, bytes, str, str]) -> None:
    assert opened(*row) is None


@pytest.mark.parametrize("id", ["", "a b", "a\r\nb", "x" * 513, "ü"])
def test_what_is_no_id_is_not_passed_on(id: str) -> None:
    assert sealed(id, KEY, "tickets", "ada") is None
