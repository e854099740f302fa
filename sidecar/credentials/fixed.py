"""A credential that stands somewhere: one connection's key or token.

Rules:
- A missing credential refuses the call with 500 `api_error` and `x-should-retry: false`. It is the gate's fault, not
  the caller's, so a 4xx would send people looking at their own token (an SDK shows 401 and 403 as a failed login);
  and it stays wrong until someone sets it, so the SDK must not try again ten times before it shows the sentence.
  Tried with the Agent SDK 0.2.186 and the Python SDK 2.11: one request, and the sentence is what the user sees.
- The sentence names the connection and the place that is empty, never a value.
"""

from sidecar.core.errors import Code, Refused
from sidecar.core.model.http import Headers
from sidecar.credentials.source import FromEnvironment, FromFile, Missing

FINAL = {"x-should-retry": "false"}


class FixedCredential:
    def __init__(self, connection: str, carried: tuple[str, str], source: FromEnvironment | FromFile) -> None:
        self._connection = connection
        self._header, self._prefix = carried
        self._source = source

    def headers(self, _: str | None) -> Headers:
        try:
            return ((self._header, self._prefix + self._source.read().reveal()),)
        except Missing as missing:
            raise Refused(500, Code.API, self._sentence(missing), headers=FINAL) from missing

    async def fetch(self, token: str | None) -> Headers:
        return self.headers(token)

    def rejected(self, token: str | None, used: Headers) -> None:
        """It is read again at every call anyway."""

    def complaint(self) -> str | None:
        try:
            self._source.read()
        except Missing as missing:
            return self._sentence(missing)
        return None

    def ages(self) -> None:
        """It is nothing that ages."""

    async def close(self) -> None:
        """Nothing is open."""

    def _sentence(self, missing: Missing) -> str:
        return f"No credential for connection '{self._connection}': {missing}; {self._source.advice}."
