"""From a file, or from none, to settings; or every mistake at once."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sidecar.core.errors import ConfigurationError
from sidecar.core.model.connection import Kind
from sidecar.settings.load import load
from sidecar.settings.values import CredentialSource, Durability, Settings

MINIMAL = "development: {identity: true}\n"

FULL = """\
listen: {address: 0.0.0.0, port: 443, tls: {certificate: tls/gate.pem, key: /etc/gate.key}}
identity:
  providers:
    - name: company
      issuer: https://id.example.com
      audiences: [gatehouse]
      jwks: {url: https://id.example.com/keys}
      claims: {subject: email, groups: realm.roles}
    - {name: other, issuer: other, audiences: [a, b], jwks: {file: other.json}}
connections:
  - {name: claude, kind: claude, url: https://api.anthropic.com/, credential: {from: {env: ANTHROPIC_API_KEY}}}
  - name: tickets
    kind: mcp
    url: http://tickets.internal/mcp
    path: /mcp/tickets
    credential: {header: Authorization, prefix: "Bearer ", from: {file: tickets.token}}
policies: [rules/*.yaml]
record: {spool: /var/spool/gate, clickhouse: http://db:8123/gatehouse, durability: relaxed}
control: {url: http://127.0.0.1:1}
restore: {survive_restart: true, key_file: restore.key}
mask: {key_file: mask.key}
limits: {body: 1MiB, decoded_body: 2097152, json_depth: 50, exchanges: 5, sessions: 6, session_bytes: 1KiB}
metrics: {address: localhost, port: 9000}
envoy:
  {admin_port: 9001, admin_socket: run/a.sock, socket: run/e.sock, access_log: a.log,
   connect_timeout: 500ms, drain: 1m, upstream_ca: ca.pem}
log: {level: debug, format: json}
state: state
"""


def configured(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "one.yaml").write_text("")
    (folder / "gatehouse.yaml").write_text(text)
    return load(folder / "gatehouse.yaml", environ or {})


def mistakes(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        configured(folder, text, environ)
    return [str(mistake).removeprefix(f"{folder}/") for mistake in caught.value.mistakes]


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    read = configured(tmp_path, FULL)
    assert read.file == tmp_path / "gatehouse.yaml"
    assert read.listen.tls
    assert (read.listen.tls.certificate, read.listen.tls.key) == (tmp_path / "tls/gate.pem", Path("/etc/gate.key"))
    company, other = read.providers
    assert (company.claims.subject, company.claims.groups) == ("email", "realm.roles")
    assert (company.jwks.url, company.jwks.file) == ("https://id.example.com/keys", None)
    assert (other.jwks.url, other.jwks.file, other.audiences) == (None, tmp_path / "other.json", ("a", "b"))
    claude, tickets = read.connections
    assert claude.url == "https://api.anthropic.com"
    assert claude.credential == CredentialSource("x-api-key", "", "ANTHROPIC_API_KEY", None)
    assert tickets.credential == CredentialSource("authorization", "Bearer ", None, tmp_path / "tickets.token")
    assert (tickets.kind, tickets.path) == (Kind.MCP, "/mcp/tickets")
    assert read.policies == (str(tmp_path / "rules/*.yaml"),)
    assert (read.record.spool, read.record.durability) == (Path("/var/spool/gate"), Durability.RELAXED)
    assert (read.restore.key_file, read.mask_key_file) == (tmp_path / "restore.key", tmp_path / "mask.key")
    assert (read.limits.body, read.limits.decoded_body, read.limits.session_bytes) == (1 << 20, 2 << 20, 1 << 10)
    assert (read.metrics.address, read.envoy.connect_timeout, read.envoy.drain) == ("127.0.0.1", 0.5, 60.0)
    assert (read.state, read.envoy.socket) == (tmp_path / "state", tmp_path / "run/e.sock")
    assert read.envoy.admin_socket == tmp_path / "run/a.sock"
    assert not read.development.identity


def test_what_is_not_said_has_a_default_beside_the_file(tmp_path: Path) -> None:
    read = configured(tmp_path, MINIMAL)
    assert read.state == tmp_path / ".gatehouse"
    assert read.record.spool == read.state / "spool"
    assert read.envoy.socket.parent == read.state
    assert read.envoy.admin_socket is None
    assert (read.listen.address, read.listen.port, read.metrics.port, read.envoy.admin_port) == (
        "127.0.0.1",
        15080,
        15095,
        15081,
    )
    assert read.record.durability is Durability.STRICT
    assert read.limits.body == 32 << 20
    assert not read.development.simulator
    assert [Path(pattern).name for pattern in read.policies] == ["starter.yaml"]


@pytest.mark.parametrize(("environ", "simulator"), [({}, True), ({"ANTHROPIC_API_KEY": "k"}, False)])
def test_without_a_file_this_is_a_laptop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], simulator: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    read = load(None, environ)
    assert read.file is None
    assert read.development.identity
    assert read.development.simulator is simulator
    assert read.listen.address == "127.0.0.1"
    assert read.state == tmp_path / ".gatehouse"
    assert read.first_claude
    assert read.first_claude.connection.url == ("http://127.0.0.1:15085" if simulator else "https://api.anthropic.com")


def test_which_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, port in (("gatehouse", 1), ("named", 2), ("given", 3)):
        (tmp_path / f"{name}.yaml").write_text(MINIMAL + f"listen: {{port: {port}}}\n")
    monkeypatch.chdir(tmp_path)
    environ = {"GATEHOUSE_CONFIG": "named.yaml"}
    assert load(None, {}).listen.port == 1
    assert load(None, environ).listen.port == 2
    assert load(tmp_path / "given.yaml", environ).listen.port == 3
    with pytest.raises(ConfigurationError, match=r"missing.yaml: cannot be read: No such file"):
        load(None, {"GATEHOUSE_CONFIG": "missing.yaml"})


def test_the_environment_replaces_a_few_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    environ = {"GATEHOUSE_STATE": "run/gate", "GATEHOUSE_LOG_LEVEL": "debug", "GATEHOUSE_LOG_FORMAT": ""}
    read = configured(tmp_path, MINIMAL + "log: {level: error, format: json}\nstate: here\n", environ)
    assert (read.state, read.log.level, read.log.format) == (Path("/run/gate"), "debug", "json")
    (said,) = mistakes(tmp_path, MINIMAL, {"GATEHOUSE_LOG_LEVEL": "loud"})
    assert said.startswith("GATEHOUSE_LOG_LEVEL: log.level: ")


MANY = """\
listen: {adress: 0.0.0.0, port: 99999, tls: {key: k.pem}}
identity:
  providers:
    - {name: company, issuer: https://id, audiences: [gatehouse], jwks: {url: nope}}
    - {name: company, issuer: https://id, audiences: [], jwks: {}}
connections:
  - {name: claude, kind: claude, url: https://a, credential: {header: x-api-key, from: {env: A, file: b}}}
  - {name: claude, kind: mpc, url: http://tickets.internal/mcp, path: /mcp/tickets}
  - {name: T 3, kind: mcp, url: http://tickets.internal/mcp, path: /mcp/tickets}
policies: [policies/*.yaml]
record: {durability: sloppy}
limits: {body: 32Megs}
metrics: {port: 15081}
"""


def test_all_mistakes_at_once_each_with_its_line(tmp_path: Path) -> None:
    said = mistakes(tmp_path, MANY)
    expected = [
        ("1", "listen.adress: unknown key"),
        ("1", "listen.port: "),
        ("1", "listen.tls.certificate: is required"),
        ("4", "identity.providers.0.jwks.url: expected a URL"),
        ("5", "identity.providers.1.audiences: needs at least one entry"),
        ("5", "identity.providers.1.jwks: needs exactly one of `url` and `file`"),
        ("5", "identity.providers.1.name: the provider name 'company' is already taken"),
        ("7", "connections.0.credential.from: needs exactly one of `env` and `file`"),
        ("8", "connections.1.kind: "),
        ("8", "connections.1.name: the connection name 'claude' is already taken"),
        ("9", "connections.2.name: expected a name of small letters, digits and dashes"),
        ("9", "connections.2.path: the path '/mcp/tickets' is already taken"),
        ("10", "policies.0: 'policies/*.yaml' matches no file"),
        ("11", "record.durability: "),
        ("12", "limits.body: expected a size such as 32MiB"),
        ("13", "metrics.port: port 15081 is already used"),
    ]
    assert len(said) == len(expected), "\n".join(said)
    for line, text in expected:
        assert any(one.startswith(f"gatehouse.yaml:{line}: {text}") for one in said), (text, said)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"a: [", "not valid YAML"),
        (b"#" * (1 << 20) + b"\n\n", "larger than 1 MiB"),
        (b"[1, 2]", "the document: "),
        (b"just text", "the document: "),
        (b"", "nobody could come in"),
        (b"listen: {port: 1}\nlisten: {port: 2}", "duplicate key 'listen'"),
        (b"a: &x 1\nb: *x", "aliases are not allowed"),
    ],
)
def test_files_that_are_no_configuration(tmp_path: Path, raw: bytes, said: str) -> None:
    (tmp_path / "g.yaml").write_bytes(raw)
    with pytest.raises(ConfigurationError, match=said):
        load(tmp_path / "g.yaml", {})


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is a folder"):
        load(tmp_path, {})


VALUES = st.recursive(
    st.sampled_from([None, True, 0, -1, 1.5, "", "x", "127.0.0.1", "https://a", "a b", [], {}]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["name", "kind", "url", "from", "env", "file", "port", "identity", "path", "providers", "jwks"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
SECTIONS = st.sampled_from(
    ["listen", "identity", "connections", "policies", "restore", "development", "metrics", "envoy"]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.dictionaries(SECTIONS, VALUES, max_size=4))
def test_anything_is_settings_or_a_configuration_error(tmp_path: Path, value: dict[str, object]) -> None:
    (tmp_path / "any.yaml").write_text(json.dumps(value))
    try:
        outcome: object = load(tmp_path / "any.yaml", {})
    except ConfigurationError as error:
        outcome = error.mistakes
    assert outcome
