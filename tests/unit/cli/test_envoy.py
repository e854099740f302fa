"""`gatehouse envoy config`."""

import json
from pathlib import Path

import pytest

from sidecar.cli.main import main
from tests import written
from tests.admin_page import admin_page

EXAMPLE = Path(__file__).parents[3] / "envoy"


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["envoy", "config", *words]) == 0
    return capsys.readouterr().out


def test_the_committed_bootstrap_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "--config", str(EXAMPLE / "gatehouse.yaml"), "--secret", "ROUTE_SECRET")
    assert out == (EXAMPLE / "bootstrap.yaml").read_text()


def test_json_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "--config", str(EXAMPLE / "gatehouse.yaml"), "--secret", "ROUTE_SECRET", "--json")
    assert json.loads(out) == written.read((EXAMPLE / "bootstrap.yaml").read_text())


def test_a_laptop_gets_its_own_secret_and_its_own_identity(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = printed(capsys)
    secret = (tmp_path / ".gatehouse" / "route.secret").read_text().strip()
    assert f"exact: {secret}.claude" in first
    assert "development-identity.jwks.json" in first
    assert printed(capsys) == first


def test_a_missing_file_is_a_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["envoy", "config", "--config", str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml" in capsys.readouterr().err


def test_without_a_command_it_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["envoy"]) == 2
    assert "COMMAND" in capsys.readouterr().err


def test_counters_of_a_running_envoy(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "gatehouse.yaml"
    file.write_text((EXAMPLE / "gatehouse.yaml").read_text().replace("envoy: {", "envoy: {admin_socket: a.sock, "))
    (tmp_path / "policy.yaml").write_text((EXAMPLE / "policy.yaml").read_text())
    with admin_page(tmp_path / "a.sock"):
        assert main(["envoy", "stats", "keys_", "http.gate", "--config", str(file)]) == 0
        assert capsys.readouterr().out == "cluster.keys_a.upstream_rq_200: 1\nhttp.gate.downstream_rq_active: 2\n"
    assert main(["envoy", "stats", "--config", str(file)]) == 1
    assert "no Envoy answers at" in capsys.readouterr().err


def test_draining_needs_its_configuration(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["envoy", "drain", "--config", str(tmp_path / "none.yaml")]) == 2
    assert "cannot be read" in capsys.readouterr().err
