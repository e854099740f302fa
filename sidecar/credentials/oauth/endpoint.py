"""A token endpoint, over HTTP.

Rules:
- The secret and people's tokens go to the address that was configured and to no other: no redirect is followed, no
  proxy of the environment is asked.
- An answer is small and comes soon, or it is none.
- Nothing of what was sent or received is in an exception: those of the HTTP library hold the request.
"""

import asyncio
import secrets
import ssl
import time

import httpx

from sidecar.core.errors import ConfigurationError
from sidecar.core.model.http import Headers
from sidecar.credentials.oauth.assertion import signed
from sidecar.credentials.oauth.grant import Grant, NoToken, read_grant, request
from sidecar.credentials.secret import Secret
from sidecar.credentials.source import FromEnvironment, FromFile, Missing
from sidecar.settings.oauth import ClientAuth, OAuth

# A call waits for it; whoever made the call waits ten minutes at most.
WITHIN = 10.0
LARGEST = 64 << 10
# Tokens are fetched seldom: a connection kept open would be closed by the other side just when it is wanted.
LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=0)


class TokenEndpoint:
    """`close` ends what it keeps open."""

    def __init__(self, oauth: OAuth, secret: FromEnvironment | FromFile, within: float = WITHIN) -> None:
        self._oauth = oauth
        self._secret = secret
        self._within = within
        self._trust = trusting(oauth)
        self._http: httpx.AsyncClient | None = None

    async def ask(self, subject: Secret | None) -> Grant:
        """A token, or `NoToken`."""
        try:
            secret = self._secret.read()
        except Missing as missing:
            raise NoToken(f"{missing}; {self._secret.advice}", lasting=True, outcome="refused") from None
        form, headers = request(self._oauth, secret, subject, await self._assertion(secret))
        try:
            async with asyncio.timeout(self._within):
                status, body = await self._post(form, headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:  # a time-out is an OSError
            why = f"the token endpoint cannot be reached ({type(error).__name__})"
            raise NoToken(why, lasting=False, outcome="unreachable") from None
        return read_grant(status, body)

    async def _assertion(self, key: Secret) -> str | None:
        if self._oauth.auth is not ClientAuth.PRIVATE_KEY_JWT:
            return None
        # Reading a large RSA key and checking it takes tens of milliseconds.
        return await asyncio.to_thread(signed, self._oauth, key, time.time(), secrets.token_hex(16))

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()

    async def _post(self, form: dict[str, str], headers: Headers) -> tuple[int, bytes]:
        # Compressed, an answer could grow beyond every limit in one step.
        plain = (("accept", "application/json"), ("accept-encoding", "identity"))
        body = bytearray()
        sent = self._client().stream("POST", self._oauth.token_url, data=form, headers=[*headers, *plain])
        async with sent as answer:
            async for part in answer.aiter_raw():
                body += part
                if len(body) > LARGEST:
                    raise NoToken("the token endpoint answers too much", lasting=True, outcome="malformed")
            return answer.status_code, bytes(body)

    def _client(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(
                verify=self._trust, trust_env=False, follow_redirects=False, timeout=self._within, limits=LIMITS
            )
        return self._http


def trusting(oauth: OAuth) -> ssl.SSLContext:
    """Made once: reading the authorities takes longer than a call may wait."""
    if not oauth.token_url.startswith("https:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody, and is not asked
    try:
        return ssl.create_default_context(cafile=oauth.ca)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError.single(str(oauth.ca), "holds no certificates in PEM that can be read") from error
