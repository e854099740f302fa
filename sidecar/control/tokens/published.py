"""The keys that a provider publishes, fetched and kept.

Strategy: read from a file, an address, or the address that the discovery document names. Kept for ten minutes. A token
that names a key we do not know may be signed with a new one, so we look again at once, but not more than every
thirty seconds: made-up names must not turn us against the provider. One fetch at a time.

Rules: while the provider does not answer, the keys that are known stay good for a day.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

import httpx

from sidecar.control.tokens.keyset import PublicKey, fitting, read_keys
from sidecar.control.tokens.refusal import Error, TokenRefused
from sidecar.settings.loopback import is_loopback
from sidecar.settings.tokens import Source

FRESH = 600.0  # seconds
LOOK_AGAIN = 30.0
STALE = 24 * 3600.0
# A set of keys is a few KiB.
LARGEST = 1 << 20
FETCH_WITHIN = 5.0
DISCOVERY = "/.well-known/openid-configuration"


class Published:
    """The keys of one source."""

    def __init__(self, source: Source, http: httpx.AsyncClient, now: Callable[[], float]) -> None:
        self._source = source
        self._http = http
        self._now = now
        self._keys: tuple[PublicKey, ...] = ()
        self._fetched = self._tried = float("-inf")
        self._lock = asyncio.Lock()

    async def fitting(self, key_id: str | None, algorithm: str) -> Sequence[PublicKey]:
        """Keys that may have signed a token; none if the provider has no such key."""
        await self._refreshed(FRESH)
        found = fitting(self._keys, key_id, algorithm)
        if not found:
            await self._refreshed(LOOK_AGAIN)
            found = fitting(self._keys, key_id, algorithm)
        return found

    async def _refreshed(self, within: float) -> None:
        async with self._lock:
            now = self._now()
            if now - self._fetched < within or now - self._tried < LOOK_AGAIN:
                self._must_know(now)
                return
            self._tried = now
            try:
                self._keys = read_keys(await self._read())
                self._fetched = now
            except (httpx.HTTPError, OSError, ValueError) as error:
                self._must_know(now, error)

    def _must_know(self, now: float, error: Exception | None = None) -> None:
        if now - self._fetched >= STALE:
            raise TokenRefused(
                f"The keys of {self._source.name} cannot be fetched now: try again in half a minute.",
                Error.UNAVAILABLE,
                status=503,
                source=self._source.name,
            ) from error

    async def _read(self) -> object:
        if self._source.keys_file:
            return json.loads(await asyncio.to_thread(self._source.keys_file.read_bytes))
        return await fetched_json(self._http, self._source.keys_url or await self._discovered())

    async def _discovered(self) -> str:
        where = self._source.discovery or self._source.issuer.rstrip("/") + DISCOVERY
        document = await fetched_json(self._http, where)
        said = document if isinstance(document, Mapping) else {}
        address = said.get("jwks_uri")
        # Whoever can answer for an address without TLS could give us keys of his own.
        if not isinstance(address, str) or not is_safe(address):
            raise ValueError("the discovery document names no jwks_uri with https")
        # RFC 8414, 3.3; where another address was configured on purpose, its issuer is another's business.
        if not self._source.discovery and said.get("issuer") != self._source.issuer:
            raise ValueError("the discovery document is of another issuer")
        return address


def is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


async def fetched_json(http: httpx.AsyncClient, address: str) -> object:
    """A JSON document of bounded size; redirects are not followed."""
    async with http.stream("GET", address, timeout=FETCH_WITHIN, headers={"accept": "application/json"}) as answer:
        if answer.status_code != httpx.codes.OK:
            raise ValueError(f"answered {answer.status_code}")
        body = b""
        async for part in answer.aiter_bytes():
            body += part
            if len(body) > LARGEST:
                raise ValueError("answered too much")
    return json.loads(body)
