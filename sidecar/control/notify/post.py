"""One message over HTTP.

Rules:
- 2xx is delivered. A redirect is not followed: the message was meant for this address, and so was its signature.
- What the destination answers is shown to people, so it is cut, made visible, and the address is taken out: of chat
  webhooks the address is the secret.
- No more of an answer is read than is shown, and a whole try has an end, however slowly it drips.
"""

import asyncio
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import MappingProxyType

import httpx

from sidecar.control.notify.outcome import Outcome
from sidecar.control.visible import line

WITHIN = 15.0  # seconds for a whole try; a lease of the outbox is longer
LONGEST_REPLY = 200
LONGEST_WAIT = 3600.0
# The message itself does not please, or the address is gone for good: the next try would be no other.
FINAL = frozenset({400, 410, 413, 415, 422})
_WHY: Mapping[type[httpx.HTTPError], str] = MappingProxyType(
    {
        httpx.ConnectTimeout: "It could not be reached in time.",
        httpx.TimeoutException: "It did not answer in time.",
        httpx.ConnectError: "It could not be reached.",
        httpx.RemoteProtocolError: "It did not answer in HTTP.",
        httpx.HTTPError: "The connection broke.",
    }
)


async def post(
    http: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str], now: float, within: float = WITHIN
) -> Outcome:
    try:
        async with asyncio.timeout(within):
            return await _posted(http, url, body, headers, now)
    except TimeoutError:
        return Outcome(False, "It did not answer in time.")
    except httpx.HTTPError as error:
        return Outcome(False, next(why for kind, why in _WHY.items() if isinstance(error, kind)))
    except (httpx.InvalidURL, ValueError, UnicodeError):
        return Outcome(False, "Its address is not one.")


async def _posted(http: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str], now: float) -> Outcome:
    request = http.stream("POST", url, content=body, headers=dict(headers), follow_redirects=False)
    async with request as answer:
        reply = await _beginning(answer)
    status = answer.status_code
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    said = f"{status} {phrase}".rstrip() + (f": {_shown(reply, url)}" if reply else "")
    if answer.is_success:
        return Outcome(True, said)
    if answer.has_redirect_location or 300 <= status < 400:
        return Outcome(False, f"{status}: it redirects, and redirects are not followed")
    return Outcome(False, said, final=status in FINAL, wait=_wait(answer.headers.get("retry-after"), now))


async def _beginning(answer: httpx.Response) -> str:
    seen = b""
    async for chunk in answer.aiter_bytes():
        seen += chunk
        if len(seen) >= LONGEST_REPLY * 4:
            break
    return seen[: LONGEST_REPLY * 4].decode("utf-8", "replace").strip()


def _shown(reply: str, url: str) -> str:
    path = httpx.URL(url).raw_path.decode("ascii", "replace")
    for secret in (url, path):
        reply = reply.replace(secret, "…") if len(secret) > 1 else reply
    reply = line(reply)
    return reply if len(reply) <= LONGEST_REPLY else f"{reply[:LONGEST_REPLY]}…"


def _wait(said: str | None, now: float) -> float:
    """RFC 9110 section 10.2.3: seconds, or a date."""
    if said is None:
        return 0.0
    try:
        seconds = float(said) if said.strip().isdigit() else parsedate_to_datetime(said).timestamp() - now
    except (ValueError, OverflowError):
        return 0.0
    return min(max(0.0, seconds), LONGEST_WAIT)
