"""`gatehouse token` as it is typed. What each does: `test_token_mint.py` and `test_token_exchange.py`."""

import argparse

import pytest

from sidecar.cli import token
from sidecar.core.errors import ConfigurationError

EACH = {
    "mint": ("--subject", "a\nb"),
    "exchange": ("--audience", "gatehouse-control"),
    "show": ("no token",),
    "revoke": ("--id", "t1"),
}


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.mark.parametrize("command", token.COMMANDS)
def test_each_command_is_reached(command: str) -> None:
    parser = argparse.ArgumentParser()
    token.register(parser)
    with pytest.raises(ConfigurationError):
        token.run(parser.parse_args([command, *EACH[command]]))


@pytest.mark.parametrize("words", [(), ("mint",), ("mint", "--subject", "a", "--ttl", "soon"), ("revoke",), ("spend",)])
def test_usage(words: tuple[str, ...]) -> None:
    parser = argparse.ArgumentParser()
    token.register(parser)
    with pytest.raises(SystemExit) as caught:
        parser.parse_args(words)
    assert caught.value.code == 2
