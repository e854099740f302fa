"""ID and access tokens of an OpenID provider, in the shapes that the big ones give them.

What differs, and where it is written:
- Okta: `groups` where the authorization server is told to; access tokens name their client in `cid`.
- Entra: two issuers for one tenant, by the version of the token; `azp` or, in version 1, `appid`; beyond 200 groups
  none are in the token but a pointer (`_claim_names`): somebody in all groups would look like somebody in none.
- Google: no groups; `hd` is the Workspace domain, and without it anyone in the world has an account.
- Keycloak: roles in `realm_access.roles`, groups as paths if a mapper says so; `azp` always.
"""

import re
from collections.abc import Callable, Mapping

from sidecar.control.tokens import mapping
from sidecar.control.tokens.proven import Proven
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.tokens.signed import Expected, Keys, check, moment, verified
from sidecar.core.model.claims import texts
from sidecar.settings.tokens import Source

ENTRA = re.compile(r"https://login\.microsoftonline\.com/([0-9a-f-]{36})/v2\.0")
# Where the client that a token was given to is named, in the order of who means it most precisely.
CLIENT_CLAIMS = ("azp", "appid", "cid", "client_id")


class Oidc:
    """Proofs of one provider."""

    def __init__(self, source: Source, keys: Keys, now: Callable[[], float]) -> None:
        self.source = source
        self._keys = keys
        self._now = now
        self.issuers = issuers(source.issuer)

    async def prove(self, token: str) -> Proven:
        claims = await self.claims(token)
        issued = moment(claims, "iat")
        return Proven(
            source=self.source.name,
            subject=mapping.subject(self.source, claims),
            groups=mapping.groups(self.source, claims),
            expires=moment(claims, "exp") or 0.0,
            issued=issued,
            token=_text(claims.get("jti")),
            logged_in=min(issued or 0.0, self._now()) if _of_login(self.source, claims) else None,
        )

    async def claims(self, token: str) -> dict[str, object]:
        """The claims of a token that holds, for whoever wants to know more (a nonce)."""
        claims = await verified(token, self.source.name, self._keys)
        check(claims, Expected(self.source.name, self.issuers, self.source.audiences), self._now())
        for rule in (_its_client, _its_tenant, _its_domain, _all_groups_are_here):
            if sentence := rule(self.source, claims):
                raise TokenRefused(sentence, source=self.source.name)
        return claims


def issuers(issuer: str) -> tuple[str, ...]:
    """Under which names the same provider signs with the same keys."""
    if tenant := ENTRA.fullmatch(issuer):
        return (issuer, f"https://sts.windows.net/{tenant[1]}/")
    return (issuer,)


def _its_client(source: Source, claims: Mapping[str, object]) -> str | None:
    """OpenID Connect Core, 3.1.3.7: with several audiences the one that asked must be named, and be one of ours."""
    client = next((name for claim in CLIENT_CLAIMS if (name := _text(claims.get(claim)))), None)
    several = len(texts(claims.get("aud"))) > 1
    if source.clients:
        fits = client in source.clients or (client is None and not several)
    else:
        fits = not several or client is None or _known(client, source) or not _is_id_token(claims)
    return None if fits else f"The token was given to another client ({client}) than {source.name} may serve."


def _known(client: str, source: Source) -> bool:
    return client in source.audiences or (source.login is not None and client == source.login.client)


def _of_login(source: Source, claims: Mapping[str, object]) -> bool:
    """An ID token for the client of `gatehouse login`, and for nobody beside it."""
    if source.login is None or not _is_id_token(claims):
        return False
    return texts(claims.get("aud")) == (source.login.client,)


def _is_id_token(claims: Mapping[str, object]) -> bool:
    """Access tokens for several services are usual (Keycloak adds `account`); they carry what they may do."""
    return not any(name in claims for name in ("scope", "scp"))


def _its_tenant(source: Source, claims: Mapping[str, object]) -> str | None:
    tenant = ENTRA.fullmatch(source.issuer)
    if tenant is None or claims.get("tid") == tenant[1]:
        return None
    return "The token is of another Entra tenant."


def _its_domain(source: Source, claims: Mapping[str, object]) -> str | None:
    if source.hosted_domain is None or claims.get("hd") == source.hosted_domain:
        return None
    return f"The account does not belong to the domain {source.hosted_domain}."


def _all_groups_are_here(source: Source, claims: Mapping[str, object]) -> str | None:
    elsewhere = claims.get("_claim_names")
    wanted = (*source.groups, *(name for line in source.mapped for name in line.where))
    left_out = elsewhere if isinstance(elsewhere, Mapping) else {}
    if claims.get("hasgroups") is True and "groups" in wanted:
        left_out = {**left_out, "groups": None}
    missing = [name for name in wanted if name in left_out]
    if not missing:
        return None
    return (
        f"The account is in too many groups, so {source.name} left {missing[0]!r} out of the token: "
        "let it send only groups assigned to the application, or application roles."
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
