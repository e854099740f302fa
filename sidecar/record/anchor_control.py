"""Checkpoints in the control plane's store, over HTTP.

    POST <control.url>/v1/anchors           the line; authorization: Bearer <token of this gate>
    GET  <control.url>/v1/anchors           the newest line of each chain
    GET  …/v1/anchors?chain=C&after=N       lines of a chain whose count is beyond N, as many as fit in an answer

Rules:
- The token is the key of this gate's link to the control plane, and is read each time. It is sent to that address and
  to no other: a redirect is trouble, and no proxy of the environment is asked.
- 409 says that another checkpoint of that chain and count is kept there.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from sidecar.core.errors import ConfigurationError
from sidecar.record.anchors import AnchoringFailed

ANSWER = 10.0  # seconds
MOST = 1 << 30  # bytes of an answer; a checkpoint is 600
CONFLICT = 409
SENTENCES: Mapping[int, str] = {
    401: "the control plane does not know this gate's token",
    403: "this gate's token may not keep checkpoints there",
    404: "the control plane keeps no checkpoints",
    CONFLICT: "another checkpoint is kept there in its place",
}


class _NoRedirect(HTTPRedirectHandler):
    """The token is for the address that was configured."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


_OPENER = build_opener(ProxyHandler({}), _NoRedirect())


@dataclass(frozen=True, slots=True)
class ControlAnchor:
    """`token` reads it, or raises `ConfigurationError`."""

    url: str
    token: Callable[[], str] = field(repr=False)
    name: str = field(default="control", init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"control:{self.url.rstrip('/')}")

    def keep(self, line: bytes) -> None:
        self._asked("", line)

    def lines(self, chains: Iterable[str] | None = None) -> list[bytes]:
        """What it keeps, of these chains or of all. Raises `AnchoringFailed`."""
        wanted = {_stated(line)[0] for line in self._page("")} if chains is None else chains
        return [line for chain in sorted(wanted) for line in self._chain(chain)]

    def _chain(self, chain: str) -> Iterator[bytes]:
        last = -1
        while page := self._page(f"?chain={quote(chain, safe='')}&after={last}"):
            yield from page
            before, last = last, max(_stated(line)[1] for line in page)
            if last <= before:
                raise AnchoringFailed("the control plane gives the same checkpoints again and again")

    def _page(self, question: str) -> list[bytes]:
        return [line for line in self._asked(question).splitlines() if line.strip()]

    def _asked(self, question: str, body: bytes | None = None) -> bytes:
        headers = {"authorization": f"Bearer {self._secret()}", "content-type": "application/json"}
        request = Request(f"{self.url.rstrip('/')}/v1/anchors{question}", body, headers)  # noqa: S310  (http or https)
        try:
            with _OPENER.open(request, timeout=ANSWER) as answer:
                return bytes(answer.read(MOST))
        except HTTPError as error:
            error.close()
            said = SENTENCES.get(error.code, f"the control plane answers {error.code}")
            raise AnchoringFailed(said) from error
        except (OSError, HTTPException) as error:
            raise AnchoringFailed(f"the control plane does not answer ({type(error).__name__})") from error

    def _secret(self) -> str:
        try:
            return self.token()
        except ConfigurationError as error:
            raise AnchoringFailed(f"there is no token of this gate for the control plane ({error})") from error


def _stated(line: bytes) -> tuple[str, int]:
    """The chain and the count of a checkpoint, as far as they are needed to ask for more."""
    try:
        said = json.loads(line)
        return str(said["chain"]), int(said["count"])
    except (ValueError, TypeError, KeyError) as error:
        raise AnchoringFailed("the control plane answers with something that is no checkpoint") from error
