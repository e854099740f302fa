"""Questions to the server that a bundle lies on, over HTTP.

Rules:
- Nothing is believed because of where it came from: the signature says whose it is. TLS hides what is asked and keeps
  the credential; it is not what makes a bundle good.
- The credential goes to the host in the settings, and to no host that this one sends us on to.
- An answer has a size and an end: what is longer is not read on, and a whole question has its time.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Self

import httpx

from sidecar.rulebook.bundle.trouble import BundleAway

SILENCE = 10.0  # seconds without a byte
MOST_REDIRECTS = 3
NOTHING: Mapping[str, str] = MappingProxyType({})
# Of `httpx`: the first that fits.
_WHY: Mapping[type[Exception], str] = MappingProxyType(
    {
        httpx.ConnectTimeout: "could not be reached in time",
        httpx.TimeoutException: "did not answer in time",
        httpx.ConnectError: "could not be reached",
        httpx.RemoteProtocolError: "broke off in the middle, or does not speak HTTP",
        httpx.HTTPError: "broke the connection",
        httpx.InvalidURL: "was given an address that is none",
    }
)
_ANSWERED: Mapping[int, str] = MappingProxyType(
    {
        401: "wants another credential: look at policies.bundle.credential",
        403: "is not for this credential: look at policies.bundle.credential",
        404: "does not exist there",
        429: "is asked too often",
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """`url`: who answered in the end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class Web:
    """`async with Web(ca) as web`: one visit to one server, with the hosts it names."""

    def __init__(self, ca: Path | None) -> None:
        self._ca = ca
        self._http: httpx.AsyncClient

    async def __aenter__(self) -> Self:
        # Reading the system's authorities takes 30 ms of a thread, which calls need not wait for.
        # No proxy, certificates or .netrc of the surroundings: what is asked with what is in the settings.
        self._http = httpx.AsyncClient(verify=await asyncio.to_thread(self._context), timeout=SILENCE, trust_env=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=str(self._ca) if self._ca else None)
        except (OSError, ssl.SSLError) as error:
            raise BundleAway(f"the authorities in {self._ca} cannot be read: {error.strerror or error}") from error

    async def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] = NOTHING,
        body: bytes = b"",
        *,
        largest: int,
        elsewhere: bool = False,
    ) -> Answer:
        """`elsewhere`: another host may be the one that answers, and sees none of the headers."""
        asked, sent = httpx.URL(url), dict(headers)
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._once(method, asked, sent, body, largest)
            if not 300 <= answer.status < 400 or answer.status == httpx.codes.NOT_MODIFIED:
                return answer
            to = asked.join(answer.headers.get("location", ""))
            if _place(to) != _place(asked):
                _refuse_elsewhere(asked, to, elsewhere)
                sent = {}
            asked = to
        raise BundleAway(f"{_named(asked)} sends us on again and again")

    async def _once(self, method: str, url: httpx.URL, headers: Mapping[str, str], body: bytes, largest: int) -> Answer:
        # Compressed on its way, a small answer could become a large one.
        sent = {**headers, "accept-encoding": "identity"}
        try:
            async with self._http.stream(method, url, headers=sent, content=body or None) as answer:
                if answer.headers.get("content-encoding", "identity") != "identity":
                    raise BundleAway(f"{_named(url)} compresses its answer although asked not to")
                return Answer(answer.status_code, answer.headers, await _read(answer, largest), str(url))
        except tuple(_WHY) as error:
            why = next(why for kind, why in _WHY.items() if isinstance(error, kind))
            raise BundleAway(f"{_named(url)} {why}{_detail(error)}") from error


async def _read(answer: httpx.Response, largest: int) -> bytes:
    found = bytearray()
    async for part in answer.aiter_raw():
        found += part
        if len(found) > largest:
            raise BundleAway(f"{_named(answer.url)} answers with more than {largest} bytes")
    return bytes(found)


def _refuse_elsewhere(asked: httpx.URL, to: httpx.URL, elsewhere: bool) -> None:
    if to.scheme not in (asked.scheme, "https"):
        raise BundleAway(f"{_named(asked)} sends us on to {_named(to)}, which is not safe")
    if not elsewhere:
        said = f"{_named(asked)} sends us on to {_named(to)}"
        raise BundleAway(f"{said}: if that is right, write its address in the settings")


def refusal(place: str, status: int) -> BundleAway:
    """What a status means for whoever looks after the gate."""
    return BundleAway(f"{place} {_ANSWERED.get(status, 'cannot be had')} (answered {status})")


def _place(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _named(url: httpx.URL) -> str:
    """Without path and query: where a host sends us to, they may hold a secret."""
    return f"{url.scheme}://{url.netloc.decode('ascii', 'replace').rpartition('@')[2]}"


def _detail(error: Exception) -> str:
    return f" ({error})" if isinstance(error, httpx.ConnectError | httpx.RemoteProtocolError) and str(error) else ""
