"""What was written, as what is used."""

from pathlib import Path

import pytest

from sidecar.core.model.connection import Kind
from sidecar.settings.convert import settings_from
from sidecar.settings.values import CredentialSource
from sidecar.settings.written import Written

FOLDER = Path("/etc/gatehouse")


@pytest.mark.parametrize(
    ("written", "path"),
    [("a/b.key", "/etc/gatehouse/a/b.key"), ("/run/b.key", "/run/b.key"), ("../b.key", "/etc/gatehouse/../b.key")],
)
def test_a_path_is_beside_the_file(written: str, path: str) -> None:
    settings = settings_from(Written.model_validate({"mask": {"key_file": written}}), None, FOLDER)
    assert settings.mask_key_file == Path(path)


def test_the_state_folder_carries_what_has_no_place_of_its_own() -> None:
    settings = settings_from(Written.model_validate({"state": "/var/lib/gate"}), None, FOLDER)
    assert settings.record.spool == Path("/var/lib/gate/spool")
    assert settings.envoy.socket == Path("/var/lib/gate/ext_proc.sock")


def test_the_simulator_stands_in_for_claude_alone() -> None:
    other = {"name": "web", "kind": "http", "url": "http://web"}
    claude = {"name": "claude", "kind": "claude", "url": "https://api.anthropic.com"}
    written = Written.model_validate({"development": {"simulator": True}, "connections": [other, claude]})
    settings = settings_from(written, None, FOLDER)
    web, stand_in = settings.connections
    assert (web.url, web.credential) == ("http://web", None)
    assert stand_in.url == "http://127.0.0.1:15085"
    assert stand_in.credential == CredentialSource("x-api-key", "", None, FOLDER / ".gatehouse" / "simulator.key")
    assert settings.first_claude is stand_in
    assert settings.upstream("web").kind is Kind.HTTP
