"""Sign-in with the company's provider: the authorization code flow with PKCE (RFC 6749, 7636; OpenID Connect Core).

Strategy: one secret in a cookie of the browser that began; state, nonce and code verifier are derived from it. So the
one who comes back must be the one who left, whichever replica answers, and nothing is kept here meanwhile.

Rules:
- The ID token comes from the provider's token endpoint and is verified like any other proof; its nonce must be ours.
- Addresses of the provider are https, or on this machine.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode

import httpx

from sidecar.control.tokens import mapping
from sidecar.control.tokens.published import DISCOVERY, FETCH_WITHIN, fetched_json, is_safe
from sidecar.core.errors import GatehouseError
from sidecar.settings.tokens import Source

BACK = "/sign-in/back"
# No answer, but a word about how busy the provider is.
BUSY = frozenset({408, 425, 429})


class SignInFailed(GatehouseError):  # noqa: N818  (named for what happened)
    """The person is not signed in. The message is a sentence for them."""


class ProviderAway(SignInFailed):
    """The provider said neither yes nor no."""


class Verifier(Protocol):
    """Of ID tokens (`tokens/oidc.py`)."""

    async def claims(self, token: str) -> dict[str, object]:
        """The claims of a token that holds, or a `TokenRefused`."""


@dataclass(frozen=True, slots=True)
class Client:
    """Us, as the provider knows us. `secret` is read when it is needed, so that a new one is taken up."""

    id: str
    secret: Callable[[], str | None] = field(default=lambda: None, repr=False)
    scopes: tuple[str, ...] = ("openid", "profile", "email", "groups", "offline_access")


@dataclass(frozen=True, slots=True)
class SignedIn:
    subject: str
    groups: frozenset[str]
    renewal: str | None = field(default=None, repr=False)


class Relying:
    """The console as a client of one provider. `source`: the provider, its audience being our client id."""

    def __init__(self, source: Source, client: Client, verifier: Verifier, http: httpx.AsyncClient, url: str) -> None:
        self._source = source
        self._client = client
        self._verifier = verifier
        self._http = http
        self._back = url.rstrip("/") + BACK

    @property
    def name(self) -> str:
        return self._source.name

    async def begin(self) -> tuple[str, str]:
        """Where to send the browser, and the secret that its cookie carries."""
        secret = secrets.token_urlsafe(32)
        challenge = _url64(hashlib.sha256(_derived(secret, "verifier").encode()).digest())
        query = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": self._back,
            "scope": " ".join(self._client.scopes),
            "state": _derived(secret, "state"),
            "nonce": _derived(secret, "nonce"),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        where = await self._endpoint("authorization_endpoint")
        return f"{where}{'&' if '?' in where else '?'}{urlencode(query)}", secret

    async def end(self, query: Mapping[str, str], secret: str) -> SignedIn:
        """Who came back, or `SignInFailed`."""
        if not hmac.compare_digest(query.get("state", "").encode(), _derived(secret, "state").encode()):
            raise SignInFailed("This is not the sign-in that this browser began. Begin again.")
        if query.get("error"):
            raise SignInFailed(f"{self.name} did not sign you in ({query['error'][:60]}).")
        form = {
            "grant_type": "authorization_code",
            "code": query.get("code", ""),
            "redirect_uri": self._back,
            "code_verifier": _derived(secret, "verifier"),
        }
        answer = await self._token(form)
        return await self._person(answer, _derived(secret, "nonce"))

    async def renew(self, renewal: str) -> SignedIn:
        """The same person as the provider knows them now, or `SignInFailed`."""
        answer = await self._token({"grant_type": "refresh_token", "refresh_token": renewal})
        return await self._person(answer, None)

    async def _person(self, answer: Mapping[str, object], nonce: str | None) -> SignedIn:
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SignInFailed(f"{self.name} gave no ID token.")
        claims = await self._verifier.claims(token)
        said = claims.get("nonce")
        # A renewed token may leave it out (OpenID Connect Core, 12.2); there the first one's has proved itself.
        if nonce is not None and not (isinstance(said, str) and hmac.compare_digest(said.encode(), nonce.encode())):
            raise SignInFailed("The ID token belongs to another sign-in. Begin again.")
        renewal = answer.get("refresh_token")
        return SignedIn(
            mapping.subject(self._source, claims),
            frozenset(mapping.groups(self._source, claims)),
            renewal if isinstance(renewal, str) else None,
        )

    async def _token(self, form: Mapping[str, str]) -> Mapping[str, object]:
        where = await self._endpoint("token_endpoint")
        secret = self._client.secret()
        fields = {**form, "client_id": self._client.id, **({"client_secret": secret} if secret else {})}
        try:
            answer = await self._http.post(
                where, data=fields, timeout=FETCH_WITHIN, headers={"accept": "application/json"}
            )
            said = answer.json()
        except (httpx.HTTPError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise ProviderAway(f"{self.name} does not answer. Try again in a moment.") from error
        if answer.status_code in BUSY or answer.is_server_error:
            raise ProviderAway(f"{self.name} does not answer. Try again in a moment.")
        if answer.status_code != httpx.codes.OK or not isinstance(said, dict):
            raise SignInFailed(f"{self.name} did not accept this sign-in. Begin again.")
        return said

    async def _endpoint(self, name: str) -> str:
        where = self._source.discovery or self._source.issuer.rstrip("/") + DISCOVERY
        try:
            document = await fetched_json(self._http, where)
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderAway(f"{self.name} does not answer. Try again in a moment.") from error
        address = document.get(name) if isinstance(document, dict) else None
        if not isinstance(address, str) or not is_safe(address):
            raise SignInFailed(f"{self.name} names no {name} with https.")
        return address


def _derived(secret: str, what: str) -> str:
    return _url64(hmac.new(secret.encode(), what.encode(), hashlib.sha256).digest())


def _url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
