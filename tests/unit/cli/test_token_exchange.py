import argparse
import io
import json
import time
from pathlib import Path

import pytest

from sidecar.cli import token
from sidecar.control.laptop.kept import Kept, Login
from sidecar.control.laptop.proof import TYPES
from sidecar.control.laptop.said import NoToken
from sidecar.core.errors import ConfigurationError
from sidecar.settings.tokens import CONTROL_AUDIENCE
from tests.unit.control.laptop.served import Served, served


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "GATEHOUSE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    token.register(parser)
    return token.run(parser.parse_args(words))


def giving(*_: object) -> tuple[int, object]:
    return 200, {"access_token": "the-token", "expires_in": 900, "refresh_token": "next"}


def kept(home: Path) -> Kept:
    return Kept.of({"HOME": str(home)})


def log_in(home: Path, gate: Served) -> None:
    kept(home).keep(Login(gate.url, f"{gate.url}/v1/token", "refresh-0", who="device"))


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("--from", "proof.txt"), "jwt"),
        (("--from", "-"), "jwt"),
        (("--from", "env:PROOF", "--as", "saml2"), "saml2"),
        (("--from", "proof.txt", "--as", "id_token"), "id_token"),
    ],
)
def test_the_token_and_nothing_else(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], kind: str
) -> None:
    (home / "proof.txt").write_text("proof\n")
    monkeypatch.setenv("PROOF", "proof")
    monkeypatch.setattr("sys.stdin", io.StringIO("proof"))
    with served(giving) as gate:
        assert run("exchange", *words, "--control", gate.url + "/", "--audience", "gate-eu") == 0
    out = capsys.readouterr()
    assert (out.out, out.err) == ("the-token\n", "")
    ((path, form),) = gate.asked
    assert (path, form["subject_token"], form["subject_token_type"]) == ("/v1/token", "proof", TYPES[kind])
    assert form["audience"] == "gate-eu"


def test_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served(giving) as gate:
        log_in(home, gate)
        assert run("exchange", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["token"], said["expires_in"] in (899, 900)) == ("the-token", True)
    assert abs(said["expires"] - time.time() - 900) < 5


def test_of_a_login_and_from_the_cache(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served(giving) as gate:
        log_in(home, gate)
        assert [run("exchange"), run("exchange")] == [0, 0]
    assert (capsys.readouterr().out, len(gate.asked)) == ("the-token\n" * 2, 1)


def test_the_configured_control_plane(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "proof.txt").write_text("proof")
    with served(giving) as gate:
        file = home / "g.yaml"
        file.write_text(f"control: {{url: '{gate.url}'}}\ndevelopment: {{identity: true}}\n")
        assert run("exchange", "--from", "proof.txt", "--config", str(file)) == 0
    assert capsys.readouterr().out == "the-token\n"


def test_nobody_is_logged_in() -> None:
    with pytest.raises(NoToken, match="gatehouse login"):
        run("exchange", "--control", "https://gate")
    with pytest.raises(ConfigurationError, match="gatehouse login"):
        run("revoke", "--id", "x", "--control", "https://gate")


@pytest.mark.parametrize("words", [("--github",), ("--kubernetes",), ("--from", "none.txt"), ("--from", "env:NONE")])
def test_what_is_not_there(words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError):
        run("exchange", *words, "--control", "https://gate")


def test_what_is_printed_ends_with_an_agent(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A token for people's acts is never printed, also for whoever is logged in."""
    with served(giving) as gate:
        log_in(home, gate)
        with pytest.raises(ConfigurationError, match="not printed for agents"):
            run("exchange", "--audience", CONTROL_AUDIENCE)
    assert (gate.asked, capsys.readouterr().out) == ([], "")


@pytest.mark.parametrize("words", [(), ("--id", "a", "--subject", "b")])
def test_one_thing_is_revoked(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        run("revoke", *words)


def test_revoked(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def gate_says(path: str, form: object) -> tuple[int, object]:
        if path == "/v1/revocations":
            return 200, {"target": "subject", "value": "eve", "block": "bl_1"}
        return giving(path, form)

    with served(gate_says) as gate:
        log_in(home, gate)
        assert run("revoke", "--subject", "eve", "--reason", "Left.") == 0
    assert gate.asked[-1] == ("/v1/revocations", {"subject": "eve", "reason": "Left.", "bearer": "Bearer the-token"})
    assert "eve" in capsys.readouterr().out
