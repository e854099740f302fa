from pathlib import Path
from typing import Any

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.core.model.claims import Mapped
from sidecar.settings.load import load
from sidecar.settings.tokens import KeyKind, Login, Review, Source, SourceKind

ALL = """
control: {url: "https://gate.example.com"}
identity:
  exchange:
    audience: gate-eu
    audiences: [gate-us, gate-eu]
    lifetime: 5m
    key: EdDSA
    key_file: keys/token.key
    from:
      - name: okta
        kind: oidc
        issuer: https://acme.okta.com
        audiences: [cli]
        clients: [cli]
        login: {client_id: cli}
      - name: google
        kind: oidc
        issuer: https://accounts.google.com
        audiences: [cli]
        hosted_domain: acme.com
        subject: email
        groups: []
      - name: adfs
        kind: saml
        issuer: urn:adfs
        audiences: [gate]
        certificates: [adfs.pem]
        recipient: https://gate.example.com/v1/token
      - {name: gh, kind: github, audiences: [gate], map: [{where: {repository: "acme/*"}, groups: [ci]}]}
      - name: gl
        kind: gitlab
        issuer: https://git.acme.com
        audiences: [gate]
        map: [{where: {project_path: "acme/*"}, groups: [ci]}]
      - name: k8s
        kind: kubernetes
        audiences: [gate]
        map: [{where: {namespace: agents}, groups: [agents]}]
        review: {url: "https://10.0.0.1", token_file: own.token, ca: ca.pem}
      - {name: other, kind: oidc, issuer: "https://id", audiences: [x], jwks: {file: keys.json}, prefix: "partner:"}
"""
BEFORE = "policies: [p.yaml]\n"


def read(folder: Path, text: str) -> Any:
    (folder / "p.yaml").write_text("policy: p")
    (folder / "gatehouse.yaml").write_text(BEFORE + text)
    return load(folder / "gatehouse.yaml", {}).exchange


def test_everything(tmp_path: Path) -> None:
    made = read(tmp_path, ALL)
    okta, google, adfs, github, gitlab, k8s, other = made.sources
    assert (made.issuer, made.audiences) == ("https://gate.example.com", ("gate-eu", "gate-us"))
    assert (made.lifetime, made.key, made.key_file) == (300, KeyKind.EDDSA, tmp_path / "keys/token.key")
    assert okta == Source(
        "okta", SourceKind.OIDC, "https://acme.okta.com", ("cli",), "sub", groups=("groups",), clients=("cli",),
        login=Login("cli", ("email", "offline_access")),
    )  # fmt: skip
    assert (google.subject, google.groups, google.hosted_domain) == ("email", (), "acme.com")
    assert (adfs.subject, adfs.certificates, adfs.groups) == ("NameID", (tmp_path / "adfs.pem",), ())
    assert (github.issuer, github.mapped) == (
        "https://token.actions.githubusercontent.com", (Mapped({"repository": "acme/*"}, ("ci",)),),
    )  # fmt: skip
    assert gitlab.issuer == "https://git.acme.com"
    assert k8s.review == Review("https://10.0.0.1", tmp_path / "own.token", tmp_path / "ca.pem")
    assert (other.keys_file, other.keys_url, other.prefix) == (tmp_path / "keys.json", None, "partner:")


def test_switched_off(tmp_path: Path) -> None:
    assert read(tmp_path, "development: {identity: true}\n") is None


def test_the_least(tmp_path: Path) -> None:
    made = read(tmp_path, "identity: {exchange: {}}\n")
    assert (made.issuer, made.audience, made.sources) == ("http://127.0.0.1:15090", "gatehouse", ())
    assert made.key_file == tmp_path / ".gatehouse/control/token.key"


def source(fields: str) -> str:
    return f"identity:\n  exchange:\n    from:\n      - {{name: a, audiences: [x], {fields}}}\n"


ISSUER = 'issuer: "https://id"'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (source("kind: oidc"), 5, "needs `issuer`"),
        (source(f"kind: saml, {ISSUER}"), 5, "needs `certificates`"),
        (source(f"kind: saml, {ISSUER}, certificates: [a]"), 5, "needs `recipient`"),
        (source("kind: github"), 5, "needs `map`"),
        (source("kind: kubernetes"), 5, "needs `map`"),
        (source(f"kind: oidc, {ISSUER}, certificates: [a]"), 5, "`certificates` means nothing"),
        (source(f"kind: saml, {ISSUER}, certificates: [a], recipient: 'https://g', jwks: {{file: a}}"), 5, "`jwks`"),
        (source('kind: oidc, issuer: "https://accounts.google.com"'), 5, "hosted_domain"),
        (source('kind: oidc, issuer: "https://login.microsoftonline.com/common/v2.0"'), 5, "every tenant at once"),
        (source(f"kind: oidc, {ISSUER}, jwks: {{}}"), 5, "exactly one of"),
        (source(f"kind: oidc, {ISSUER}, map: [{{where: {{}}, groups: [a]}}]"), 5, "where"),
        (source(f"kind: oidc, {ISSUER}, map: [{{where: {{a: b}}, groups: []}}]"), 5, "at least one entry"),
        (source("kind: ldap"), 5, "kind"),
        (source(f"kind: oidc, {ISSUER}") + source(f"kind: oidc, {ISSUER}").split("from:\n")[1], 6, "already taken"),
        ("identity:\n  exchange: {lifetime: 2d}\n", 3, "lifetime"),
        ("identity:\n  exchange: {key: RS256}\n", 3, "key"),
        ("identity:\n  exchange: {rotate: 1m}\n", 3, "rotate"),
        (
            "identity:\n  exchange: {}\n  providers:\n"
            "    - {name: gatehouse, issuer: a, audiences: [b], jwks: {file: c}}\n", 5, "own name",
        ),
        (source(f"kind: oidc, {ISSUER}").replace("name: a", "name: local"), 5, "name of this machine"),
        ("identity:\n  exchange: {audience: gatehouse-control}\n", 3, "no gate may be called so"),
        ("identity:\n  exchange:\n    audiences: [eu, gatehouse-control]\n", 4, "no gate may be called so"),
        (
            "identity:\n  providers:\n"
            "    - {name: own, issuer: a, audiences: [gatehouse-control], jwks: {file: c}}\n", 4, "no gate may be",
        ),
    ],
)  # fmt: skip
def test_mistakes_name_line_and_setting(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, text)
    assert [mistake.line for mistake in caught.value.mistakes if said in mistake.message] == [line], caught.value
