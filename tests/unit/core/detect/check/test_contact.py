"""Telephone and document numbers."""

import pytest

from sidecar.core.detect.check.contact import document, grouped, international, phone


@pytest.mark.parametrize(
    ("check", "value", "good", "note"),
    [
        (phone, "201-948-1927", True, ""),
        (phone, "201-948-1927x123456789", True, "the extension does not count"),
        (phone, "2024-06-18", False, "a date"),
        (phone, "18.06.2024", False, "a date"),
        (phone, "111-111-1111", False, "a filler"),
        (phone, "12345", False, "too short"),
        (international, "+49 30 901820", True, ""),
        (international, "+1234567", False, "too short"),
        (international, "+1234567890123456", False, "too long"),
        (grouped, "020 7946 0958", True, ""),
        (grouped, "020 794", False, "too short"),
        (document, "C01X00T47", True, ""),
        (document, "ABC12", False, "hardly a digit"),
        (document, "000000", False, "a filler"),
    ],
)
def test_numbers(check: object, value: str, good: bool, note: str) -> None:
    assert check(value.encode()) == good, note
