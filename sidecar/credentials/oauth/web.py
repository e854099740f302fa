"""Requests to whoever gives tokens out.

Rules:
- What is sent goes to the address that is asked and to no other: no redirect is followed, no proxy of the environment
  is asked.
- An answer is small and comes soon, or it is none.
- Nothing of what was sent or received is in an exception: those of the HTTP library hold the request.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from sidecar.core.errors import ConfigurationError
from sidecar.core.model.http import Headers
from sidecar.credentials.oauth.grant import NoToken
from sidecar.settings.oauth import OAuth

# A call waits for it; whoever made the call waits ten minutes at most.
WITHIN = 10.0
LARGEST = 64 << 10
# Tokens are fetched seldom: a connection kept open would be closed by the other side just when it is wanted.
LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=0)
# Compressed, an answer could grow beyond every limit in one step.
PLAIN = (("accept", "application/json"), ("accept-encoding", "identity"))


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    challenge: str = ""  # `www-authenticate`
    body: bytes = field(default=b"", repr=False)


class Web:
    """`close` ends what it keeps open."""

    def __init__(self, oauth: OAuth, within: float = WITHIN) -> None:
        self._within = within
        self._trust = trusting(oauth)
        self._http: httpx.AsyncClient | None = None

    async def post(self, told: str, url: str, form: dict[str, str], headers: Headers) -> Answer:
        """`told`: what a person calls the place."""
        said = [*headers, *PLAIN]
        return await self._asked(told, lambda http: http.build_request("POST", url, data=form, headers=said))

    async def get(self, told: str, url: str, *, whole: bool = True) -> Answer:
        """`whole`: with its body."""
        return await self._asked(told, lambda http: http.build_request("GET", url, headers=PLAIN), whole)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()

    async def _asked(
        self, told: str, request: Callable[[httpx.AsyncClient], httpx.Request], whole: bool = True
    ) -> Answer:
        try:
            async with asyncio.timeout(self._within):
                return await self._answer(told, request(self._client()), whole)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:  # a time-out is an OSError
            why = f"{told} cannot be reached ({_cause(error)})"
            raise NoToken(why, lasting=False, outcome="unreachable") from None

    async def _answer(self, told: str, request: httpx.Request, whole: bool) -> Answer:
        answer = await self._client().send(request, stream=True)
        try:
            body = await _body(told, answer) if whole else b""
        finally:
            await answer.aclose()
        return Answer(answer.status_code, answer.headers.get("www-authenticate", ""), body)

    def _client(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(
                verify=self._trust, trust_env=False, follow_redirects=False, timeout=self._within, limits=LIMITS
            )
        return self._http


async def _body(told: str, answer: httpx.Response) -> bytes:
    body = bytearray()
    async for part in answer.aiter_raw():
        body += part
        if len(body) > LARGEST:
            raise NoToken(f"{told} answers too much", lasting=True, outcome="malformed")
    return bytes(body)


def _cause(error: BaseException) -> str:
    """A certificate that is not believed looks like a network that is down, and is mended elsewhere."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted, {found.verify_message}: check ca"
        found = found.__cause__ or found.__context__
    return type(error).__name__


def trusting(oauth: OAuth) -> ssl.SSLContext:
    """Made once: reading the authorities takes longer than a call may wait."""
    if oauth.token_url.startswith("http:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody, and is not asked
    try:
        return ssl.create_default_context(cafile=oauth.ca)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError.single(str(oauth.ca), "holds no certificates in PEM that can be read") from error
