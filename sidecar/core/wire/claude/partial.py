"""The input of a tool call, which comes as JSON cut into pieces.

Rules:
- Nothing is parsed before the block is complete: half an input means nothing.
- A call without input comes without any piece, and means an empty object; so do the official clients read it.
- Input that never closes, or is no strict JSON, is no document: whoever judges it must not let it pass.
"""

from sidecar.core.errors import Code, Refused
from sidecar.core.wire.json_strict import JsonDocument, JsonLimits, parse
from sidecar.core.wire.sse import MOST_BYTES


class PartialInput:
    """Feed it the pieces; ask for the document at the end."""

    def __init__(self, limit: int = MOST_BYTES) -> None:
        self._limit = limit
        self._parts: list[str] = []
        self._size = 0

    def feed(self, partial: str) -> None:
        """`Refused` with 502 when the input grows beyond the limit."""
        self._size += len(partial)
        if self._size > self._limit:
            self._parts.clear()
            raise Refused(502, Code.API, f"The answer holds a tool call of more than {self._limit} characters.")
        self._parts.append(partial)

    @property
    def raw(self) -> str:
        return "".join(self._parts)

    def document(self) -> JsonDocument | None:
        """The whole input, or nothing if it is not whole."""
        try:
            return parse(self.raw.encode() or b"{}", JsonLimits(bytes=4 * self._limit))
        except (Refused, UnicodeEncodeError):
            return None
