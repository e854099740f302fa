"""Cards, IBANs and routing numbers: the test numbers that schemes and registries publish."""

import pytest
import re2

from sidecar.core.detect.check.money import IBAN_LENGTHS, aba, card, iban, iban_pattern


@pytest.mark.parametrize(
    ("check", "value", "good", "note"),
    [
        (card, "4111 1111 1111 1111", True, "Visa"),
        (card, "378282246310005", True, "American Express"),
        (card, "30569309025904", True, "Diners Club"),
        (card, "6011111111111117", True, "Discover"),
        (card, "2223003122003222", True, "Mastercard, second range"),
        (card, "4111 1111 1111 1112", False, "check digit"),
        (card, "1111111111111117", False, "no issuer"),
        (card, "411111111111111111", False, "no length of Visa"),
        (card, "4242 4242 4242 4242", True, "two digits only, but in every guide"),
        (card, "4444 4444 4444 4444", False, "a filler"),
        (iban, "GB82 WEST 1234 5698 7654 32", True, ""),
        (iban, "DE89-3704-0044-0532-0130-00", True, ""),
        (iban, "GB82 WEST 1234 5698 7654 33", False, "check digits"),
        (aba, "121000358", True, ""),
        (aba, "121000359", False, "check digit"),
        (aba, "421042111", False, "no district"),
    ],
)
def test_money(check: object, value: str, good: bool, note: str) -> None:
    assert check(value.encode()) == good, note


def test_an_iban_has_its_countrys_length_and_what_follows_is_none_of_it() -> None:
    found = re2.search(iban_pattern(), "pay AL47 2121 1009 0000 0002 3569 8741 ALL CAPS")
    assert found is not None
    assert found.group() == "AL47 2121 1009 0000 0002 3569 8741"
    assert not re2.search(iban_pattern(), "DE89 3704 0044 0532 0130")


def test_no_country_has_two_lengths() -> None:
    countries = " ".join(IBAN_LENGTHS.values()).split()
    assert len(countries) == len(set(countries)) > 70
