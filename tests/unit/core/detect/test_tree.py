"""Masks of characters."""

import pytest

from sidecar.core.detect.tree import BEYOND, folded, mask_between, mask_of


@pytest.mark.parametrize(
    ("characters", "expected"),
    [("", 0), ("a", 1 << 97), ("é東", BEYOND), ("\x00\x7f", 1 | 1 << 127), ("aé", 1 << 97 | BEYOND)],
)
def test_mask_of(characters: str, expected: int) -> None:
    assert mask_of(characters) == expected


def test_mask_between_includes_both_ends() -> None:
    assert mask_between(97, 99) == mask_of("abc")
    assert mask_between(126, 200) == mask_of("~\x7f") | BEYOND
    assert mask_between(300, 400) == BEYOND


def test_folding_knows_the_kelvin_sign_and_the_long_s() -> None:
    assert folded(mask_of("aB1")) == mask_of("aAbB1")
    assert folded(mask_of("k")) == mask_of("kK") | BEYOND
    assert folded(mask_of("S")) == mask_of("sS") | BEYOND
