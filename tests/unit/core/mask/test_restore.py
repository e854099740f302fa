"""Values put back: all that are known, once, and nothing else."""

import pytest

from sidecar.core.mask.memory import SessionMemory
from sidecar.core.mask.restore import restored

NESTED = "[CARD_22222222]"


def memory() -> SessionMemory:
    known = SessionMemory()
    known.remember_token("[EMAIL_K7Q2M9XA]", "anna@example.com")
    known.remember_token("[NOTE_K7Q2M9XA]", f"see {NESTED}")
    known.remember_token(NESTED, "4111")
    known.remember_token("[TWO_K7Q2M9XA]", "one")
    known.remember_token("[TWO_K7Q2M9XA]", "another")
    return known


@pytest.mark.parametrize(
    ("text", "expected", "note"),
    [
        ("", "", "nothing"),
        ("mail [EMAIL_K7Q2M9XA]!", "mail anna@example.com!", "one"),
        ("[EMAIL_K7Q2M9XA][EMAIL_K7Q2M9XA]", "anna@example.comanna@example.com", "two side by side"),
        ("[EMAIL_22222222]", "[EMAIL_22222222]", "not known: it stays, whoever wrote it"),
        ("[EMAIL_[EMAIL_K7Q2M9XA]", "[EMAIL_anna@example.com", "a beginning of one before one"),
        ("[NOTE_K7Q2M9XA]", f"see {NESTED}", "a value that looks like a placeholder stays a value"),
        ("[TWO_K7Q2M9XA]", "[TWO_K7Q2M9XA]", "two values share it: neither is put back"),
        ("[email_k7q2m9xa]", "[email_k7q2m9xa]", "letters matter"),
        ("a [ b ] _ c", "a [ b ] _ c", "brackets alone"),
    ],
)
def test_restored(text: str, expected: str, note: str) -> None:
    assert restored(text, memory()) == expected, note


def test_no_placeholder_is_no_change() -> None:
    text = "no brackets " * 3
    assert restored(text, memory()) is text
