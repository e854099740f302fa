"""From settings to what Envoy has to know."""

from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.extproc.bootstrap.spec import ConnectionSpec, Endpoint, ProviderSpec, spec_from
from sidecar.settings.load import load

URLS = [
    ("https://api.example.com", Endpoint("api.example.com", 443, True), "api.example.com"),
    ("https://api.example.com:8443/v2", Endpoint("api.example.com", 8443, True), "api.example.com:8443"),
    ("http://10.0.0.7:8080/mcp", Endpoint("10.0.0.7", 8080, False), "10.0.0.7:8080"),
    ("http://[::1]:9/", Endpoint("::1", 9, False), "[::1]:9"),
    ("http://plain", Endpoint("plain", 80, False), "plain"),
]


@pytest.mark.parametrize(("url", "expected", "authority"), URLS)
def test_endpoint(url: str, expected: Endpoint, authority: str) -> None:
    assert Endpoint.of(url) == expected
    assert expected.authority == authority


@pytest.mark.parametrize(
    "url", ["api.example.com", "ftp://x", "https://", "http://h:0", "http://h:99999", "http://[::"]
)
def test_what_is_no_url_is_a_sentence(url: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a URL"):
        Endpoint.of(url)


CONFIG = """
listen: {address: 0.0.0.0, port: 15180, tls: {certificate: c.pem, key: k.pem}}
identity:
  providers:
    - {name: company, issuer: https://id.example.com, audiences: [gatehouse], jwks: {url: https://id.example.com/keys}}
connections:
  - name: claude
    kind: claude
    url: https://api.example.com
    credential: {header: x-api-key, from: {env: SOME_KEY}}
policies: [p.yaml]
limits: {body: 1MiB}
"""


def test_spec_from_settings(tmp_path: Path) -> None:
    for name, text in {"gatehouse.yaml": CONFIG, "p.yaml": "", "c.pem": "", "k.pem": ""}.items():
        (tmp_path / name).write_text(text)
    settings = load(tmp_path / "gatehouse.yaml", {})
    spec = spec_from(settings, "s3cret")
    assert (spec.address, spec.port, spec.body_limit) == ("0.0.0.0", 15180, 1024 * 1024)  # noqa: S104
    assert spec.tls is not None
    assert spec.tls.key == tmp_path / "k.pem"
    assert spec.providers == (
        ProviderSpec("company", "https://id.example.com", ("gatehouse",), "https://id.example.com/keys", None),
    )
    assert spec.connections == (ConnectionSpec("claude", "https://api.example.com"),)
    assert spec.socket == settings.envoy.socket
    assert "s3cret" not in repr(spec)


def test_other_providers_may_stand_in(tmp_path: Path) -> None:
    settings = load(None, {})
    assert spec_from(settings, "s", ()).providers == ()
