import argparse
import io
import json
import time
from pathlib import Path

import jwt
import pytest

from sidecar.cli import token
from sidecar.core.errors import ConfigurationError

OTHER = jwt.encode({"iss": "https://id.example.com", "sub": "eve", "exp": 1}, "k" * 32, "HS256")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "gatehouse.yaml"
    file.write_text("development: {identity: true}\n")
    return file


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    token.register(parser)
    return token.run(parser.parse_args(words))


def minted(config: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    assert run("mint", "--subject", "ada", "--config", str(config), *more) == 0
    return capsys.readouterr().out


def test_mint_prints_the_token_and_nothing_else(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = minted(config, capsys, "--group", "eng", "--group", "sre", "--ttl", "30m")
    assert out.count("\n") == 1
    claims = jwt.decode(out.strip(), options={"verify_signature": False})
    assert (claims["sub"], claims["groups"]) == ("ada", ["eng", "sre"])
    assert claims["exp"] - claims["iat"] == 30 * 60
    assert abs(claims["iat"] - time.time()) < 60


@pytest.mark.parametrize(
    ("written", "seconds"), [("90", 90), ("5m", 300), ("12h", 43200), ("2d", 172800), ("7d", 604800)]
)
def test_ttl(written: str, seconds: int, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims = jwt.decode(minted(config, capsys, "--ttl", written).strip(), options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == seconds


@pytest.mark.parametrize("written", ["0", "-5m", "8d", "soon", "", "d"])
def test_a_ttl_that_cannot_be_is_a_usage_error(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run("mint", "--subject", "ada", f"--ttl={written}")
    assert caught.value.code == 2
    assert "--ttl" in capsys.readouterr().err


ELSEWHERE = """
identity:
  providers:
    - {name: x, issuer: "https://a.b", audiences: [c], jwks: {url: "https://a.b/k"}}
policies: ["*.yaml"]
"""


@pytest.mark.parametrize(
    ("written", "said", "note"),
    [
        (ELSEWHERE, "is not on", "switched off"),
        ("development: {identity: true}\nlisten: {address: 0.0.0.0}", "only for loopback", "beyond loopback"),
    ],
)
def test_no_token_where_none_would_hold(written: str, said: str, note: str, config: Path) -> None:
    config.write_text(written)
    with pytest.raises(ConfigurationError, match=said):
        run("mint", "--subject", "ada", "--config", str(config))
    assert not (config.parent / ".gatehouse").exists(), note


@pytest.mark.parametrize("name", ["", " ", "a\nb"])
def test_names_must_be_printable(name: str, config: Path) -> None:
    with pytest.raises(ConfigurationError, match="printable"):
        run("mint", "--subject", name, "--config", str(config))
    with pytest.raises(ConfigurationError, match="printable"):
        run("mint", "--subject", "ada", "--group", name, "--config", str(config))


def test_show_verifies_its_own(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = minted(config, capsys).strip()
    assert run("show", given, "--config", str(config)) == 0
    out = capsys.readouterr().out
    assert out.startswith("verified: signed by the development identity")
    assert "sub: ada\n" in out
    assert "expires in 11h 59m" in out


def test_show_says_when_it_did_not_verify(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = minted(config, capsys).strip()
    other = tmp_path / "other" / "gatehouse.yaml"
    other.parent.mkdir()
    other.write_text(config.read_text())
    for text, why in [
        (given, "was not signed by"),
        (OTHER, "only the gate has the keys"),
        (given[:-4] + "AAAA", "was not signed"),
    ]:
        assert run("show", text, "--config", str(other)) == 0
        out = capsys.readouterr().out
        assert out.startswith("NOT VERIFIED: ")
        assert why in out


def test_show_reads_standard_input_and_writes_json(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"Bearer {OTHER}\n"))
    assert run("show", "-", "--json", "--config", str(config)) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["verified"], shown["claims"]["sub"], shown["header"]["alg"]) == (False, "eve", "HS256")
    assert shown["state"].startswith("expired ")


@pytest.mark.parametrize("text", ["abc", "a.b.c", "", "{}"])
def test_what_is_no_token_is_one_sentence(text: str) -> None:
    with pytest.raises(ConfigurationError, match="not a JSON Web Token") as caught:
        run("show", text)
    assert len(str(caught.value).splitlines()) == 1
