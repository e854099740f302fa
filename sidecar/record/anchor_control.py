"""Checkpoints in the control plane's store, over HTTP.

    POST <control.url>/v1/anchors           the line; authorization: Bearer <token of this gate>
    GET  <control.url>/v1/anchors?chain=C   a line for each that it keeps; without `chain` all of them

Rules:
- The token stands in a file of the state folder and is read each time. It is sent to that address and to no other: a
  redirect is trouble, and no proxy of the environment is asked.
- 409 says that another checkpoint of that chain and count is kept there.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

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
    """`token`: the file that holds it."""

    url: str
    token: Path
    name: str = field(default="control", init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"control:{self.url.rstrip('/')}")

    def keep(self, line: bytes) -> None:
        self._asked("", line)

    def lines(self, chains: Iterable[str] | None = None) -> list[bytes]:
        """What it keeps, of these chains or of all. Raises `AnchoringFailed`."""
        questions = [""] if chains is None else [f"?chain={quote(chain, safe='')}" for chain in chains]
        return [line for question in questions for line in _lines(self._asked(question))]

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
            return self.token.read_text("ascii").strip()
        except (OSError, ValueError) as error:
            said = f"there is no token of this gate for the control plane in {self.token}"
            raise AnchoringFailed(said) from error


def _lines(answer: bytes) -> list[bytes]:
    """A checkpoint a line, or all of them in one object."""
    try:
        said = json.loads(answer)
    except ValueError:
        said = None
    listed = said.get("checkpoints") if isinstance(said, dict) else None
    if isinstance(listed, list):
        return [json.dumps(one).encode() for one in listed]
    return [line for line in answer.splitlines() if line.strip()]
