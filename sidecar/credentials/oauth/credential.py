"""The credential of one connection whose tokens a token endpoint gives out.

Rules:
- Without a token the call is refused: 503 while the endpoint is away, 502 with `x-should-retry: false` where somebody
  has to change something first. The sentence names the connection and what to do.
- A caller's tokens are known by the digest of the very token that was exchanged for them: a new one of the same
  person, with other rights, gets its own.
"""

from collections.abc import Callable
from hashlib import sha256

from sidecar.core.errors import Code, Refused
from sidecar.core.model.http import Headers
from sidecar.credentials.oauth.endpoint import TokenEndpoint
from sidecar.credentials.oauth.grant import NoToken
from sidecar.credentials.oauth.tokens import Key, Tokens
from sidecar.credentials.secret import Secret
from sidecar.credentials.source import FromEnvironment, FromFile, Missing
from sidecar.settings.oauth import OAuth

FINAL = {"x-should-retry": "false"}
FOR_ALL: Key = b""


class OAuthCredential:
    """Made by `of`."""

    def __init__(
        self,
        connection: str,
        carried: tuple[str, str],
        source: FromEnvironment | FromFile,
        endpoint: TokenEndpoint,
        tokens: Tokens,
        *,
        exchange: bool,
    ) -> None:
        self._connection = connection
        self._header, self._prefix = carried
        self._source = source
        self._endpoint = endpoint
        self._tokens = tokens
        self._exchange = exchange

    @classmethod
    def of(
        cls,
        connection: str,
        carried: tuple[str, str],
        oauth: OAuth,
        source: FromEnvironment | FromFile,
        clock: Callable[[], float],
        chance: Callable[[], float],
        told: Callable[[NoToken | None], None],
    ) -> "OAuthCredential":
        """`source`: where the client's secret is."""
        endpoint = TokenEndpoint(oauth, source, clock=clock)
        tokens = Tokens(endpoint.ask, clock, chance, told)
        return cls(connection, carried, source, endpoint, tokens, exchange=oauth.exchange is not None)

    def headers(self, token: str | None) -> Headers | None:
        """Nothing: it has to be fetched."""
        try:
            found = self._tokens.at_hand(*self._wanted(token))
        except NoToken as no:
            raise self._refused(no) from None
        return self._carrying(found) if found is not None else None

    async def fetch(self, token: str | None) -> Headers:
        try:
            return self._carrying(await self._tokens.fetch(*self._wanted(token)))
        except NoToken as no:
            raise self._refused(no) from None

    def rejected(self, token: str | None, used: Headers) -> None:
        for _, value in used:
            self._tokens.rejected(self._wanted(token)[0], Secret(value.removeprefix(self._prefix)))

    def complaint(self) -> str | None:
        """Whether the endpoint answers is found out when somebody calls."""
        try:
            self._source.read()
        except Missing as missing:
            return self._sentence(f"{missing}; {self._source.advice}")
        return None

    def ages(self) -> tuple[int, float]:
        return self._tokens.ages()

    async def close(self) -> None:
        self._tokens.close()
        await self._endpoint.close()

    def _wanted(self, token: str | None) -> tuple[Key, Secret | None]:
        if not self._exchange:
            return FOR_ALL, None
        if token is None:
            why = "each caller's own token is exchanged there, and this call came with none"
            raise Refused(502, Code.API, self._sentence(why), headers=FINAL)
        return sha256(token.encode("utf-8", "surrogatepass")).digest(), Secret(token)

    def _carrying(self, token: Secret) -> Headers:
        return ((self._header, self._prefix + token.reveal()),)

    def _refused(self, no: NoToken) -> Refused:
        if no.lasting:
            return Refused(502, Code.API, self._sentence(str(no)), headers=FINAL)
        return Refused(503, Code.OVERLOADED, self._sentence(f"{no}; try again in a few seconds"))

    def _sentence(self, why: str) -> str:
        return f"No token for connection '{self._connection}': {why}."
