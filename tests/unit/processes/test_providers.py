"""Who may vouch for a caller."""

from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.core.model.claims import Mapped
from sidecar.extproc.identity import ClaimNames
from sidecar.processes.providers import claim_names, providers
from sidecar.settings.load import load
from sidecar.settings.values import Settings

COMPANY = """
identity:
  providers:
    - name: company
      issuer: https://id.example.com
      audiences: [gatehouse]
      jwks: {file: keys.json}
      claims: {subject: email, groups: roles}
"""


def settings(folder: Path, text: str) -> Settings:
    file = folder / "gatehouse.yaml"
    (folder / "p.yaml").write_text("policy: p")
    file.write_text(f"policies: [p.yaml]\n{text}")
    return load(file, {})


def test_the_development_identity_stands_beside_the_configured_ones(tmp_path: Path) -> None:
    both = settings(tmp_path, COMPANY + "development: {identity: true}\n")
    assert [one.name for one in providers(both)] == ["company", "development"]
    assert claim_names(both) == {"company": ClaimNames("email", "roles"), "development": ClaimNames("sub", "groups")}


def test_switched_off_it_is_not_there(tmp_path: Path) -> None:
    assert [one.name for one in providers(settings(tmp_path, COMPANY))] == ["company"]


def test_beyond_loopback_it_refuses(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="loopback"):
        providers(settings(tmp_path, COMPANY + "listen: {address: 0.0.0.0}\ndevelopment: {identity: true}\n"))


def test_the_control_plane_is_trusted_where_it_exchanges_tokens(tmp_path: Path) -> None:
    exchange = "  exchange: {audience: gate-eu, audiences: [gate-us]}\ncontrol: {url: 'https://gate.example.com'}\n"
    _, own = providers(settings(tmp_path, COMPANY + exchange))
    assert (own.name, own.issuer, own.audiences) == ("gatehouse", "https://gate.example.com", ("gate-eu",))
    assert (own.jwks.url, own.jwks.file) == ("https://gate.example.com/.well-known/jwks.json", None)
    assert own.claims.groups == "groups"


def test_a_pod_vouches_for_itself_and_is_no_provider_of_people(tmp_path: Path) -> None:
    text = "  workload: {jwks: {file: k}, map: [{where: {sub: '*:coder'}, groups: [coders]}]}\n"
    found = settings(tmp_path, COMPANY + text)
    assert [one.name for one in providers(found)] == ["company"]
    assert claim_names(found)["pod"] == ClaimNames(mapped=(Mapped({"sub": "*:coder"}, ("coders",)),), pod=True)
