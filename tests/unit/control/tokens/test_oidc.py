from dataclasses import replace

import pytest

from sidecar.control.tokens.oidc import Oidc, issuers
from sidecar.control.tokens.proven import Proven
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.core.model.claims import Mapped
from sidecar.settings.tokens import Login, Source, SourceKind
from tests.unit.control.tokens.rig import NOW, OKTA, Clock, KnownKeys, Signer, claims

SIGNER = Signer()
TENANT = "11111111-2222-3333-4444-555555555555"
ENTRA = Source(
    "entra", SourceKind.OIDC, f"https://login.microsoftonline.com/{TENANT}/v2.0", ("api://gatehouse",), "oid",
    groups=("groups", "roles"),
)  # fmt: skip
V1 = f"https://sts.windows.net/{TENANT}/"
GOOGLE = Source(
    "google", SourceKind.OIDC, "https://accounts.google.com", ("cli.apps.googleusercontent.com",), "email",
    mapped=(Mapped({"hd": "acme.com"}, ("staff",)), Mapped({"email": "ada@*"}, ("leads",))), hosted_domain="acme.com",
)  # fmt: skip
KEYCLOAK = Source(
    "keycloak", SourceKind.OIDC, "https://sso.acme.com/realms/main", ("gatehouse",), "preferred_username",
    groups=("realm_access.roles",), clients=("gatehouse-cli",),
)  # fmt: skip


def entra(**changed: object) -> dict[str, object]:
    usual = {"iss": ENTRA.issuer, "aud": "api://gatehouse", "oid": "o-1", "tid": TENANT, "ver": "2.0", "azp": "app"}
    return claims(**{**usual, "groups": ["g-1"], "roles": ["Agent.Use"], **changed})


def google(**changed: object) -> dict[str, object]:
    usual = {"iss": GOOGLE.issuer, "aud": GOOGLE.audiences[0], "azp": GOOGLE.audiences[0], "email": "ada@acme.com"}
    return claims(**{**usual, "hd": "acme.com", "groups": None, **changed})


def keycloak(**changed: object) -> dict[str, object]:
    usual = {"iss": KEYCLOAK.issuer, "aud": ["gatehouse", "account"], "azp": "gatehouse-cli", "typ": "Bearer"}
    roles = {"realm_access": {"roles": ["engineering"]}, "preferred_username": "ada", "scope": "openid"}
    return claims(**{**usual, **roles, **changed})


async def prove(source: Source, said: dict[str, object]) -> Proven:
    return await Oidc(source, KnownKeys(SIGNER), Clock()).prove(SIGNER.sign(said))


@pytest.mark.parametrize(
    ("source", "said", "subject", "groups", "note"),
    [
        (OKTA, claims(jti="j", cid="app"), "ada", ("eng",), "Okta"),
        (ENTRA, entra(), "o-1", ("g-1", "Agent.Use"), "Entra, version 2"),
        (ENTRA, entra(iss=V1, ver="1.0", azp=None, appid="app"), "o-1", ("g-1", "Agent.Use"), "Entra, version 1"),
        (GOOGLE, google(), "ada@acme.com", ("staff", "leads"), "Google"),
        (GOOGLE, google(email="bob@acme.com"), "bob@acme.com", ("staff",), "Google, somebody else"),
        (KEYCLOAK, keycloak(), "ada", ("engineering",), "Keycloak"),
        (KEYCLOAK, keycloak(aud="gatehouse"), "ada", ("engineering",), "Keycloak, one audience"),
    ],
)
async def test_shapes(source: Source, said: dict[str, object], subject: str, groups: object, note: str) -> None:
    proven = await prove(source, said)
    assert (proven.subject, proven.groups, proven.source) == (subject, groups, source.name), note
    assert (proven.issued, proven.expires) == (NOW - 10, NOW + 600)


OVERAGE = {"groups": None, "_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://x"}}}


@pytest.mark.parametrize(
    ("source", "said", "sentence", "note"),
    [
        (ENTRA, entra(tid="99999999-2222-3333-4444-555555555555"), "another Entra tenant", "its own keys, our issuer"),
        (ENTRA, entra(tid=None), "another Entra tenant", "no tenant"),
        (ENTRA, entra(iss="https://sts.windows.net/other/"), "issuer", "another tenant's issuer"),
        (ENTRA, entra(**OVERAGE), "too many groups", "overage by pointer"),
        (ENTRA, entra(groups=None, hasgroups=True), "too many groups", "overage by flag"),
        (GOOGLE, google(hd=None), "does not belong to the domain", "a private account"),
        (GOOGLE, google(hd="evil.com"), "does not belong to the domain", "another company"),
        (GOOGLE, google(email=None), "does not say who", "no address"),
        (KEYCLOAK, keycloak(azp="other"), "another client", "a token for another client"),
        (KEYCLOAK, keycloak(azp=None), "another client", "several audiences and no client"),
        (replace(OKTA, clients=("cli",)), claims(cid="other"), "another client", "Okta's name for it"),
        (OKTA, claims(aud=["gatehouse", "x"], azp="evil"), "another client", "an ID token for somebody else too"),
    ],
)
async def test_what_is_refused(source: Source, said: dict[str, object], sentence: str, note: str) -> None:
    with pytest.raises(TokenRefused, match=sentence):
        await prove(source, said)


async def test_overage_does_not_matter_where_groups_are_not_asked_for() -> None:
    roles = replace(ENTRA, groups=("roles",))
    assert (await prove(roles, entra(**OVERAGE))).groups == ("Agent.Use",)
    with pytest.raises(TokenRefused, match="too many groups"):
        await prove(replace(roles, mapped=(Mapped({"groups": "g-1"}, ("eng",)),)), entra(**OVERAGE))


@pytest.mark.parametrize(
    ("source", "said", "note"),
    [
        (OKTA, claims(aud=["gatehouse", "x"], azp="gatehouse"), "one of the audiences asked"),
        (replace(OKTA, login=Login("cli", ())), claims(aud=["gatehouse", "x"], azp="cli"), "our own login"),
        (OKTA, claims(aud=["gatehouse", "account"], azp="web", scope="openid"), "an access token for two services"),
        (replace(OKTA, clients=("cli",)), claims(azp="cli"), "a client that is allowed"),
        (replace(OKTA, clients=("cli",)), claims(), "one audience, and no client named"),
    ],
)
async def test_clients_that_may(source: Source, said: dict[str, object], note: str) -> None:
    assert (await prove(source, said)).subject == "ada", note


def test_issuers() -> None:
    assert issuers(ENTRA.issuer) == (ENTRA.issuer, V1)
    assert issuers(OKTA.issuer) == (OKTA.issuer,)
