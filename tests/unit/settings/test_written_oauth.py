"""A connection's credential from a token endpoint, as it is written."""

from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.settings.load import load
from sidecar.settings.oauth import ClientAuth, OAuth, SubjectType
from sidecar.settings.ready import unready
from sidecar.settings.values import CredentialSource, Settings

SHORT = "token_url: 'https://id.example.com/token', client_id: gate, client_secret: {env: S}"

SERVER = "https://t.internal/mcp"
KEY = "token_url: 'https://id.example.com/token', client_id: gate, client_key: k.pem"

ISSUER = "issuer: 'https://id.example.com', client_id: gate, client_secret: {env: S}"
DISCOVER = "discover: true, client_id: gate, client_secret: {env: S}"


def loaded(folder: Path, oauth: str, beside: str = "", kind: str = "mcp", url: str = SERVER) -> Settings:
    file = folder / "gatehouse.yaml"
    credential = f"{{oauth: {{{oauth}}}{beside}}}"
    file.write_text(
        "development: {identity: true}\n"
        f"connections:\n  - {{name: tickets, kind: {kind}, url: '{url}', credential: {credential}}}\n"
    )
    return load(file, {})


def credential(settings: Settings) -> CredentialSource:
    found = settings.upstream("tickets").credential
    assert found is not None
    return found


def test_the_shortest(tmp_path: Path) -> None:
    found = credential(loaded(tmp_path, SHORT))
    assert (found.header, found.prefix, found.env, found.file) == ("authorization", "Bearer ", None, None)
    assert found.oauth == OAuth("https://id.example.com/token", "gate", "S", None)
    assert not loaded(tmp_path, SHORT).exchanges_callers_tokens


def test_all_of_it(tmp_path: Path) -> None:
    text = (
        "token_url: 'https://id/token', client_id: g, client_secret: {file: s}, auth: post, scopes: [read, 'a:b/c'],"
        " audience: tickets, resource: 'https://t.internal/mcp', ca: ca.pem, exchange: true, subject_type: id_token"
    )
    settings = loaded(tmp_path, text, ", header: X-Token, prefix: ''")
    found = credential(settings)
    assert (found.header, found.prefix) == ("x-token", "")
    assert found.oauth == OAuth(
        "https://id/token",
        "g",
        None,
        tmp_path / "s",
        ClientAuth.POST,
        ("read", "a:b/c"),
        "tickets",
        "https://t.internal/mcp",
        tmp_path / "ca.pem",
        SubjectType.ID_TOKEN,
    )
    assert settings.exchanges_callers_tokens
    assert any("connections (tickets) credential.oauth.ca" in one.message for one in unready(settings))


def test_a_key_instead_of_a_secret(tmp_path: Path) -> None:
    oauth = credential(loaded(tmp_path, KEY + ", key_id: one, auth: private_key_jwt")).oauth
    assert oauth is not None
    assert (oauth.secret_file, oauth.key_id, oauth.auth) == (tmp_path / "k.pem", "one", ClientAuth.PRIVATE_KEY_JWT)


@pytest.mark.parametrize(
    ("written", "issuer", "server"),
    [
        (ISSUER, "https://id.example.com", None),
        (DISCOVER, None, SERVER),
        (DISCOVER + ", issuer: 'https://id.example.com/', exchange: true", "https://id.example.com", SERVER),
    ],
)
def test_what_is_asked_for_where_no_endpoint_is_written(
    tmp_path: Path, written: str, issuer: str | None, server: str | None
) -> None:
    oauth = credential(loaded(tmp_path, written)).oauth
    assert oauth is not None
    assert (oauth.token_url, oauth.issuer, oauth.server) == ("", issuer, server)


@pytest.mark.parametrize(
    ("kind", "url", "said"),
    [
        ("http", SERVER, "connections.0: `discover` is for connections of kind mcp"),
        ("mcp", "http://t.internal/mcp", "connections.0: must begin with https: `discover` asks there where"),
    ],
)
def test_who_may_be_asked(tmp_path: Path, kind: str, url: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        loaded(tmp_path, DISCOVER, "", kind, url)
    assert said in str(wrong.value)
    assert loaded(tmp_path, DISCOVER, url="http://127.0.0.1:9/mcp")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/t", "http://localhost/t", "http://[::1]/t"])
def test_this_machine_needs_no_tls(tmp_path: Path, url: str) -> None:
    oauth = credential(loaded(tmp_path, SHORT.replace("https://id.example.com/token", url))).oauth
    assert oauth is not None
    assert oauth.token_url == url


@pytest.mark.parametrize(
    ("oauth", "beside", "said"),
    [
        (SHORT, ", from: {env: A}", "credential: needs exactly one of `from` and `oauth`"),
        (SHORT.replace("https:", "http:"), "", "oauth.token_url: must begin with https"),
        (
            "client_id: g, client_secret: {env: S}",
            "",
            "oauth: needs one of `token_url` and `issuer`, or `discover: true`",
        ),
        (SHORT + ", issuer: 'https://id.example.com'", "", "needs one of `token_url` and `issuer`"),
        (SHORT + ", discover: true", "", "needs one of `token_url` and `issuer`"),
        (ISSUER.replace("https:", "http:"), "", "oauth.issuer: must begin with https"),
        (ISSUER.replace("example.com", "example.com/?a=b"), "", "oauth.issuer: must not have a query"),
        (DISCOVER + ", exchange: true", "", "`exchange` shows callers' tokens to the issuer: name it in `issuer`"),
        (SHORT.replace("{env: S}", "{}"), "", "client_secret: needs exactly one of `env` and `file`"),
        (SHORT + ", auth: none", "", "oauth.auth: "),
        ("token_url: 'https://i/t', client_id: g", "", "needs exactly one of `client_secret` and `client_key`"),
        (SHORT + ", client_key: k.pem", "", "needs exactly one of `client_secret` and `client_key`"),
        (SHORT + ", auth: private_key_jwt", "", "`client_key` and `auth: private_key_jwt` go together"),
        (KEY, "", "`client_key` and `auth: private_key_jwt` go together"),
        (SHORT + ", key_id: one", "", "`key_id` names a `client_key`"),
        (SHORT + ", scopes: ['two words']", "", "oauth.scopes.0: expected one scope"),
        (SHORT + ", resource: tickets", "", "oauth.resource: expected a URL"),
        (SHORT + ", exchange: yes please", "", "oauth.exchange: "),
        (SHORT + ", subject_type: jwt", "", "`subject_type` is about callers' tokens: set `exchange: true`"),
        (
            SHORT.replace("https://id.example.com", "http://127.0.0.1") + ", ca: f",
            "",
            "`ca` needs an address with https",
        ),
        (SHORT + ", client_keys: x", "", "oauth.client_keys: unknown key"),
    ],
)
def test_mistakes(tmp_path: Path, oauth: str, beside: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        loaded(tmp_path, oauth, beside)
    assert said in str(wrong.value)
