"""What is put on a request, and what is said when it cannot be."""

from pathlib import Path

import pytest

from sidecar.core.errors import Code, Refused
from sidecar.core.model.connection import Kind
from sidecar.credentials.vault import Listeners, Vault
from sidecar.settings.values import CredentialSource, Upstream

KEY = "sk-" + "test-" + "0123456789"


def upstream(name: str, credential: CredentialSource | None) -> Upstream:
    return Upstream(name, Kind.CLAUDE, "https://api.example.com", None, credential)


def from_env(header: str = "x-api-key", prefix: str = "") -> CredentialSource:
    return CredentialSource(header, prefix, env="ANTHROPIC_API_KEY", file=None)


@pytest.mark.parametrize(
    ("credential", "headers"),
    [
        (None, ()),
        (from_env(), (("x-api-key", KEY),)),
        (from_env("authorization", "Bearer "), (("authorization", "Bearer " + KEY),)),
    ],
)
def test_headers(credential: CredentialSource | None, headers: tuple[tuple[str, str], ...]) -> None:
    vault = Vault([upstream("claude", credential)], {"ANTHROPIC_API_KEY": KEY})
    assert vault.headers_for("claude") == headers
    assert vault.missing() == ()


def test_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    vault = Vault([upstream("claude", CredentialSource("x-api-key", "", None, tmp_path / "key"))], {})
    assert vault.headers_for("claude") == (("x-api-key", KEY),)


def test_another_credential_in_the_file_is_told_of_by_its_connection_alone(tmp_path: Path) -> None:
    file, now, told = tmp_path / "key", iter(range(0, 100, 2)), list[str]()
    vault = Vault(
        [upstream("claude", CredentialSource("x-api-key", "", None, file))],
        {},
        clock=lambda: float(next(now)),
        listeners=Listeners(changed=told.append),
    )
    for text, expected in ((KEY, []), (KEY + "\n", []), ("", []), (KEY, []), (KEY + "2", ["claude"])):
        file.write_text(text)
        vault.missing()
        assert told == expected
    assert vault.headers_for("claude") == (("x-api-key", KEY + "2"),)
    assert told == ["claude"]


def test_a_missing_credential_refuses_once_with_a_sentence_and_is_counted() -> None:
    counted: list[str] = []
    vault = Vault(
        [upstream("claude", from_env()), upstream("open", None)], {}, listeners=Listeners(missing=counted.append)
    )
    with pytest.raises(Refused) as caught:
        vault.headers_for("claude")
    refused = caught.value
    sentence = (
        "No credential for connection 'claude': ANTHROPIC_API_KEY is not set; "
        "set it where the gate runs, and start the gate again."
    )
    assert (refused.status, refused.code, refused.message) == (500, Code.API, sentence)
    assert dict(refused.headers) == {"x-should-retry": "false"}
    assert counted == ["claude"]
    assert vault.missing() == (sentence,)
    assert vault.headers_for("open") == ()


def test_a_bad_credential_is_never_said() -> None:
    vault = Vault([upstream("claude", from_env())], {"ANTHROPIC_API_KEY": KEY + "\r\nx: y"})
    with pytest.raises(Refused, match="cannot stand in a header") as caught:
        vault.headers_for("claude")
    assert KEY not in caught.value.message
    assert caught.value.__cause__ is not None
    assert KEY not in str(caught.value.__cause__)


def test_a_connection_that_nobody_configured_is_a_bug() -> None:
    with pytest.raises(KeyError):
        Vault([], {}).headers_for("claude")


def test_a_credential_from_nowhere_is_a_bug() -> None:
    with pytest.raises(ValueError, match="no source"):
        Vault([upstream("claude", CredentialSource("x-api-key", "", None, None))], {})
