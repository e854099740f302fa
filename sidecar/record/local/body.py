"""A request's body as it arrives: unpacked, gathered into pieces worth an engine call, and bounded.

Rules:
- A client that leaves before its body is whole ends the request: half an INSERT is never finished.
- The limit counts unpacked bytes.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sidecar.record.local.coding import Unpacker
from sidecar.record.local.failure import Failure

PIECE = 1024 * 1024  # smaller ones pay more for the way into the engine than for the rows
TOO_LARGE = 307
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


class Gone(Exception):  # noqa: N818  (named for what happened)
    """The client left."""


class Body:
    """Read once, from front to back."""

    def __init__(self, receive: Receive, unpacker: Unpacker, limit: int) -> None:
        self._receive, self._unpacker = receive, unpacker
        self._left = self._limit = limit
        self._gathered = bytearray()
        self.ended = False

    def give_back(self, data: bytes) -> None:
        """What the reader of the head did not need."""
        self._gathered[:0] = data

    async def piece(self, least: int = PIECE) -> bytes:
        """The next bytes: at least so many, or all that is left; empty at the end."""
        while not self.ended and len(self._gathered) < least:
            await self._more()
        piece = bytes(self._gathered)
        self._gathered.clear()
        return piece

    async def rest(self, most: int) -> bytes:
        """Everything, if it is small enough to be a statement."""
        while not self.ended:
            if len(self._gathered) > most:
                raise Failure(TOO_LARGE, "TOO_MANY_BYTES", f"A statement is at most {most} bytes long")
            await self._more()
        return await self.piece()

    async def _more(self) -> None:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise Gone
        for data in self._unpacker.feed(message.get("body", b"")):
            self._left -= len(data)
            if self._left < 0:
                raise Failure(TOO_LARGE, "TOO_MANY_BYTES", f"The request body is larger than {self._limit} bytes")
            self._gathered += data
        if not message.get("more_body", False):
            self._unpacker.finish()
            self.ended = True
