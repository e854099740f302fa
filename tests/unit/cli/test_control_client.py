"""Which control plane is meant, and as whom."""

import argparse
from pathlib import Path

import pytest

from sidecar.cli.control_client import add_control, found, owner, speaking
from sidecar.control.laptop.kept import Kept, Login
from sidecar.core.errors import ConfigurationError
from sidecar.settings.tokens import CONTROL_AUDIENCE
from tests.unit.cli.served import machine
from tests.unit.control.laptop.served import served


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_control(parser)
    return parser.parse_args(words)


@pytest.fixture
def config(tmp_path: Path) -> str:
    return str(machine(tmp_path, "http://127.0.0.1:1", "key"))


def test_the_owner_of_this_machine(config: str, tmp_path: Path) -> None:
    url, bearer = found(arguments("--config", config), Kept(tmp_path / "a", tmp_path / "b"))
    assert (url, bearer()) == ("http://127.0.0.1:1", "key")


def test_who_logged_in(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "a", tmp_path / "b")
    kept.keep(Login("https://gate.example.com", "https://gate.example.com/v1/token", None))
    assert found(arguments(), kept)[0] == "https://gate.example.com"
    assert found(arguments("--control", "https://gate.example.com/"), kept)[0] == "https://gate.example.com"


def test_who_logged_in_acts_with_a_token_for_it(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "a", tmp_path / "b")
    with served(lambda *_: (200, {"access_token": "t", "expires_in": 300, "refresh_token": "r"})) as gate:
        kept.keep(Login(gate.url, f"{gate.url}/v1/token", "refresh"))
        assert found(arguments(), kept)[1]() == "t"
    assert [form.get("audience") for _, form in gate.asked] == [CONTROL_AUDIENCE]


def test_the_owners_key_goes_nowhere_else(config: str) -> None:
    with pytest.raises(ConfigurationError, match="nobody is logged in"):
        owner(arguments("--config", config, "--control", "https://evil.example"))


def test_no_key(config: str, tmp_path: Path) -> None:
    (tmp_path / "state" / "owner.key").unlink()
    with pytest.raises(ConfigurationError, match="gatehouse login"):
        owner(arguments("--config", config))


def ask(config: str) -> None:
    with speaking(arguments("--config", config)) as client:
        client.blocks()


@pytest.mark.usefixtures("nobody")
def test_away_is_said_with_its_address(config: str) -> None:
    with pytest.raises(ConfigurationError, match=r"http://127\.0\.0\.1:1 cannot be reached"):
        ask(config)
