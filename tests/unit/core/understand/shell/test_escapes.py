"""Backslashes."""

import pytest

from sidecar.core.understand.shell.escapes import ansi_c, unescaped


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"\x72m", "rm"),
        (r"\162m", "rm"),
        (r"\u0072m", "rm"),
        (r"\U00000072m", "rm"),
        (r"a\nb", "a\nb"),
        (r"\ca", "\x01"),
        (r"\q", r"\q"),
        (r"\uD800", "\ufffd"),
    ],
)
def test_letters_by_number(text: str, plain: str) -> None:
    assert ansi_c(text) == plain


def test_outside_of_quotes_a_backslash_goes_away() -> None:
    assert unescaped("r\\m") == "rm"
    assert unescaped("r\\\nm") == "rm"
