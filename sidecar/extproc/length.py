"""How many bytes an answer has still to come, where its head stated that.

Rule: a length that does not fit would let the client read the next answer's bytes as this one's.
"""

from sidecar.core.model.http import Headers, first
from sidecar.extproc.heads import Misused


class Length:
    def __init__(self) -> None:
        self._left: int | None = None

    def stated(self, headers: Headers) -> None:
        stated = first(headers, "content-length")
        self._left = int(stated) if stated is not None else None

    def count(self, size: int, end: bool) -> None:
        if self._left is None:
            return
        self._left -= size
        if self._left < 0 or (end and self._left > 0):
            raise Misused("the answer's length is not as stated")
