import argparse
from pathlib import Path

import pytest

from sidecar.cli import logout
from sidecar.control.laptop.kept import Kept, Login
from tests.unit.control.laptop.served import served


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return Kept.of({"HOME": str(tmp_path)})


def run() -> int:
    parser = argparse.ArgumentParser()
    logout.register(parser)
    return logout.run(parser.parse_args([]))


def test_here_and_there(kept: Kept) -> None:
    with served(lambda *_: (200, {})) as gate:
        kept.keep(Login(gate.url, f"{gate.url}/v1/token", "refresh-0", who="device"))
        assert run() == 0
    assert (kept.login(), gate.asked) == (None, [("/v1/logout", {"token": "refresh-0"})])
    assert run() == 1


def test_a_provider_login_is_only_forgotten_here(kept: Kept) -> None:
    kept.keep(Login("https://gate", "https://id/token", "r", "https://id", "cli", who="company/ada"))
    assert run() == 0
    assert kept.login() is None


def test_it_is_forgotten_also_when_nobody_can_be_told(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    with served(lambda *_: (503, {})) as gate:
        kept.keep(Login(gate.url, f"{gate.url}/v1/token", "r", who="device"))
        assert run() == 0
    assert kept.login() is None
    assert "was not told" in capsys.readouterr().err
