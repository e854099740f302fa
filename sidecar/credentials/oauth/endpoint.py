"""A token endpoint, over HTTP, wherever it is."""

import asyncio
import secrets
import time
from collections.abc import Callable

from sidecar.credentials.oauth.assertion import signed
from sidecar.credentials.oauth.discovered import Discovered
from sidecar.credentials.oauth.grant import Grant, NoToken, read_grant, request
from sidecar.credentials.oauth.web import WITHIN, Web
from sidecar.credentials.secret import Secret
from sidecar.credentials.source import FromEnvironment, FromFile, Missing
from sidecar.settings.oauth import ClientAuth, OAuth

TOLD = "the token endpoint"


class TokenEndpoint:
    """`close` ends what it keeps open. `clock` gives seconds that only move forward."""

    def __init__(
        self,
        oauth: OAuth,
        secret: FromEnvironment | FromFile,
        within: float = WITHIN,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secret = secret
        self._web = Web(oauth, within)
        self._place = Discovered(oauth, self._web, clock)

    async def ask(self, subject: Secret | None) -> Grant:
        """A token, or `NoToken`."""
        try:
            secret = self._secret.read()
        except Missing as missing:
            raise NoToken(f"{missing}; {self._secret.advice}", lasting=True, outcome="refused") from None
        oauth = await self._place.oauth()
        form, headers = request(oauth, secret, subject, await _assertion(oauth, secret))
        try:
            answer = await self._web.post(TOLD, oauth.token_url, form, headers)
            return read_grant(answer.status, answer.body)
        except NoToken:
            self._place.doubt()
            raise

    async def close(self) -> None:
        await self._web.close()


async def _assertion(oauth: OAuth, key: Secret) -> str | None:
    if oauth.auth is not ClientAuth.PRIVATE_KEY_JWT:
        return None
    # Reading a large RSA key and checking it takes tens of milliseconds.
    return await asyncio.to_thread(signed, oauth, key, time.time(), secrets.token_hex(16))
