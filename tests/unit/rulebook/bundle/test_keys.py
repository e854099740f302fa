"""A key is one line of digits, and anything else says what was expected."""

import pytest

from sidecar.core.evidence.checkpoint import key_id
from sidecar.rulebook.bundle.keys import private_key, private_text, public_key, public_text, trusted
from tests.bundles import OURS, public_of


def test_both_halves_go_there_and_back() -> None:
    public = OURS.public_key()
    assert public_key(f" {public_text(public)}\n") == public
    assert private_text(private_key(private_text(OURS))) == private_text(OURS)
    assert trusted([public_text(public), public_of("theirs")])[key_id(public)] == public


@pytest.mark.parametrize("text", ["", "abc", "g" * 64, "a" * 63, "a" * 66, "aa " * 32, "é" * 64])
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="expected a public key of 64 hexadecimal digits"):
        public_key(text)
    with pytest.raises(ValueError, match="expected a private key"):
        private_key(text)
