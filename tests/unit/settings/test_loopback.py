"""Which addresses only this machine can reach."""

import pytest

from sidecar.settings.loopback import is_loopback


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.10", "::1", "[::1]", "localhost"])
def test_loopback(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.0.0.1", "gate.example.com", "", "127.0.0.1.example.com"])  # noqa: S104
def test_not_loopback(address: str) -> None:
    assert not is_loopback(address)
