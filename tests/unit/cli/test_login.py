import argparse
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from sidecar.cli import login
from sidecar.control.laptop.kept import Kept, Login
from sidecar.control.laptop.said import NoToken
from sidecar.simulator.provider_serve import provide
from tests.limited import limited
from tests.unit.control.laptop.served import served

PROGRAM = (sys.executable, "-m", "sidecar.cli.main", "login")


def gate_of(issuer: str, opens: bool = True) -> object:
    def answer(path: str, _: Mapping[str, str]) -> tuple[int, object]:
        if path.startswith("/.well-known"):
            logins = [{"name": "company", "issuer": issuer, "client_id": "cli", "scopes": ["email"]}]
            return 200, {"issuer": "https://gate", "gatehouse": {"logins": logins}}
        if opens:
            return 200, {"access_token": "t", "expires_in": 900}
        return 400, {"error": "invalid_request", "error_description": "Not you."}

    return answer


def browse(process: "subprocess.Popen[str]") -> None:
    """A person in front of a browser."""
    assert process.stderr is not None
    address = next(line.strip() for line in process.stderr if line.strip().startswith("http"))
    form = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    httpx.post(address.partition("?")[0], data={**form, "user": "ada"}, follow_redirects=True, trust_env=False)


@pytest.mark.parametrize(("opens", "code", "said"), [(True, 0, "Logged in as company/ada"), (False, 1, "Not you.")])
def test_in_the_browser(tmp_path: Path, opens: bool, code: int, said: str) -> None:
    with provide() as provider, served(gate_of(provider.url, opens)) as gate:  # type: ignore[arg-type]
        words = (*PROGRAM, "--no-browser", "--control", gate.url)
        pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        started = subprocess.Popen(words, env={"HOME": str(tmp_path)}, **pipes)  # type: ignore[call-overload]
        with limited(started) as process:
            browse(process)
            out, err = process.communicate()
    kept = Kept.of({"HOME": str(tmp_path)}).login()
    assert (process.returncode, out, said in err) == (code, "", True), err
    assert (kept.who if kept else None) == ("company/ada" if opens else None)


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    login.register(parser)
    return login.run(parser.parse_args(words))


def device(answer: tuple[int, object]) -> object:
    def reply(path: str, form: Mapping[str, str]) -> tuple[int, object]:
        if path == "/v1/device":
            return 200, {"device_code": "c", "user_code": "BCDF-GHJK", "verification_uri": "u", "interval": 0}
        if form.get("grant_type") == "refresh_token":
            return answer
        return 200, {"access_token": "t", "refresh_token": "r1", "expires_in": 900}

    return reply


def test_on_a_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    given = {"access_token": "t", "refresh_token": "r2", "expires_in": 900}
    with served(device((200, given))) as gate:  # type: ignore[arg-type]
        assert run("--device", "--control", gate.url) == 0
    kept = Kept.of({"HOME": str(tmp_path)}).login()
    assert kept is not None
    assert (kept.refresh, kept.control) == ("r2", gate.url)
    assert "BCDF-GHJK" in capsys.readouterr().err


def test_a_login_that_opens_nothing_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    kept, before = Kept.of({"HOME": str(tmp_path)}), Login("https://gate", "https://gate/v1/token", "old", who="me")
    kept.keep(before)
    refusing = device((400, {"error": "invalid_grant"}))
    with served(refusing) as gate, pytest.raises(NoToken):  # type: ignore[arg-type]
        run("--device", "--control", gate.url)
    assert kept.login() == before
