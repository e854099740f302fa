"""The keys that a cluster signs its service account tokens with, published again at the control plane.

Strategy: the API server shows them only to who has a token of it, and Envoy, which verifies the pods' tokens, has none
to show. The control plane asks with its own, keeps what it got for ten minutes, and shows the public half to everyone.

Rules:
- One question at a time, and after one that failed none for half a minute: who asks us must not turn us against the
  API server. What is known stays good for a day.
- Only what belongs to a public key goes on, whatever else stood there.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sidecar.control.tokens.published import FETCH_WITHIN, FRESH, LARGEST, LOOK_AGAIN, STALE
from sidecar.settings.cluster import ClusterAccess
from sidecar.telemetry.log import EventLog

SOURCE = "/openid/v1/jwks"
PATH = "/.well-known/cluster-jwks.json"
PUBLIC = ("kty", "use", "alg", "kid", "n", "e", "crv", "x", "y")
# Envoy asks again by itself; a proxy between need not keep it longer than we do.
HEADERS = {"cache-control": "public, max-age=300"}
Keys = list[Mapping[str, object]]
log = EventLog("tokens")


class ClusterKeys:
    def __init__(self, access: ClusterAccess, now: Callable[[], float]) -> None:
        self._access = access
        self._now = now
        self._keys: Keys = []
        self._fetched = self._tried = float("-inf")
        self._lock = asyncio.Lock()

    def routes(self) -> list[BaseRoute]:
        return [Route(PATH, self._shown, methods=["GET"])]

    async def known(self) -> Keys | None:
        """Nothing while the API server does not answer and nothing is known of before."""
        async with self._lock:
            now = self._now()
            if now - self._fetched >= FRESH and now - self._tried >= LOOK_AGAIN:
                self._tried = now
                try:
                    self._keys = await self._read()
                    self._fetched = now
                except (httpx.HTTPError, OSError, ValueError) as error:
                    log.warning("the cluster's keys cannot be read", why=type(error).__name__, said=str(error))
            return self._keys if now - self._fetched < STALE else None

    async def _shown(self, _: Request) -> Response:
        keys = await self.known()
        if keys is None:
            said = {"error": "the API server does not show the cluster's keys now: try again in half a minute"}
            return JSONResponse(said, 503, headers={"retry-after": str(int(LOOK_AGAIN))})
        return JSONResponse({"keys": keys}, headers=HEADERS)

    async def _read(self) -> Keys:
        # Read each time: the kubelet swaps both.
        token = (await asyncio.to_thread(self._access.token_file.read_text)).strip()
        context = ssl.create_default_context(cafile=str(self._access.ca)) if self._access.ca else True
        headers = {"authorization": f"Bearer {token}", "accept": "application/jwk-set+json, application/json"}
        async with (
            httpx.AsyncClient(verify=context, timeout=FETCH_WITHIN, trust_env=False) as http,
            http.stream("GET", self._access.url + SOURCE, headers=headers) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise ValueError(f"answered {answer.status_code}")
            return _public(await _bounded(answer))


async def _bounded(answer: httpx.Response) -> httpx.Response:
    body = b""
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > LARGEST:
            raise ValueError("answered too much")
    return httpx.Response(200, content=body)


def _public(answer: httpx.Response) -> Keys:
    said = answer.json()
    listed = said.get("keys") if isinstance(said, dict) else None
    keys = [one for one in listed if isinstance(one, dict) and one.get("kty")] if isinstance(listed, list) else []
    if not keys:
        raise ValueError("answered with no key")
    return [{name: one[name] for name in PUBLIC if name in one} for one in keys]
