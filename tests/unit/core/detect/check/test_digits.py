"""Checksums, with the examples that their standards give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.core.detect.check.digits import digits, filler, luhn, mod_11_10, mod_97, real_date, verhoeff, weighted


@given(st.text("0123456789", min_size=2, max_size=18).filter(lambda text: len(set(text)) > 2))
def test_luhn_and_verhoeff_have_exactly_one_check_digit(text: str) -> None:
    for scheme in (luhn, verhoeff):
        assert sum(scheme(f"{text}{check}".encode()) for check in range(10)) == 1


@given(st.text("0123456789", min_size=4, max_size=10).filter(lambda text: len(set(text)) > 2), st.data())
def test_verhoeff_sees_two_neighbours_exchanged(text: str, data: st.DataObject) -> None:
    right = next(text + str(check) for check in range(10) if verhoeff(f"{text}{check}".encode()))
    at = data.draw(st.integers(0, len(right) - 2))
    swapped = right[:at] + right[at + 1] + right[at] + right[at + 2 :]
    assert swapped == right or not verhoeff(swapped.encode())


@pytest.mark.parametrize(
    ("value", "good"),
    [(b"79927398713", True), (b"79927398710", False), (b"4111 1111 1111 1111", True), (b"0000 0000", False)],
)
def test_luhn(value: bytes, good: bool) -> None:
    assert luhn(value) == good


@pytest.mark.parametrize(("value", "good"), [(b"2363", True), (b"2364", False), (b"1111", False)])
def test_verhoeff(value: bytes, good: bool) -> None:
    assert verhoeff(value) == good


def test_mod_97_counts_letters_from_ten() -> None:
    assert mod_97(b"3214282912345698765432161182") == 1
    assert mod_97(b"A") == 10
    assert mod_97(b" - ") == 0


def test_mod_11_10() -> None:
    assert mod_11_10(digits(b"86095742719"))
    assert not mod_11_10(digits(b"86095742718"))


def test_small_things() -> None:
    assert digits(b"a1-2 3") == [1, 2, 3]
    assert filler([7, 7])
    assert not filler([7, 8])
    assert weighted([1, 2, 3], (1, 10)) == 21


@pytest.mark.parametrize(
    ("date", "real"),
    [
        ((2024, 2, 29), True),
        ((2023, 2, 29), False),
        ((1900, 2, 29), False),
        ((2000, 2, 29), True),
        ((2020, 13, 1), False),
        ((2020, 4, 31), False),
        ((2020, 4, 0), False),
    ],
)
def test_real_date(date: tuple[int, int, int], real: bool) -> None:
    assert real_date(*date) == real
