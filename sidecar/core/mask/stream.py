"""A stream of text pieces, masked and restored as it flows by.

Strategy: the detectors say how far the text is decided. A piece waits, whole, until its last byte is; then it leaves:
the identical object if nothing in it changed, so that whoever carried it here can let the original bytes go. The
pieces that wait are the only memory, so it is bounded by what the detectors hold back.

Rules:
- A replacement stands in the piece in which its match starts; later pieces lose their part of the match, and one that
  lies wholly inside becomes "".
- Any cut gives the same concatenation as the whole text.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.core.detect.stream import Progress, StreamScan
from sidecar.core.mask.edit import Edit
from sidecar.core.mask.settle import Decide, Treat, settled, text_at, whole_characters
from sidecar.core.model.detector import Match


@dataclass(frozen=True, slots=True)
class _Waiting:
    text: str
    data: bytes
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.data)


class TextStream:
    """`decide(match, value)` gives the text that takes the value's place, or nothing to leave it as it is.

    Where matches overlap, `decide` sees the span that covers them all, with the detector that won it. `treat`, if
    given, says beforehand which matches are to be masked and how strictly; see `settled`.
    """

    def __init__(self, scan: StreamScan, decide: Decide, treat: Treat | None = None) -> None:
        self._scan = scan
        self._decide = decide
        self._treat = treat
        self._waiting: deque[_Waiting] = deque()
        self._edits: deque[Edit] = deque()
        self._arrived = 0
        self._ended = False
        self.held_characters = 0

    @property
    def held(self) -> int:
        """Pieces that wait."""
        return len(self._waiting)

    def feed(self, piece: str) -> tuple[str, ...]:
        """The new texts of the pieces that are now decided, in order."""
        if self._ended:
            raise ValueError("this stream was flushed: nothing can follow")
        data = piece.encode("utf-8", "surrogatepass")
        self._waiting.append(_Waiting(piece, data, self._arrived))
        self._arrived += len(data)
        self.held_characters += len(piece)
        return self._advance(self._scan.feed(data))

    def flush(self) -> tuple[str, ...]:
        """The rest. The stream is over."""
        self._ended = True
        left = self._advance(self._scan.flush())
        if self._waiting:
            raise RuntimeError("the detectors were flushed and still left text undecided")
        return left

    def _advance(self, progress: Progress) -> tuple[str, ...]:
        if progress.matches:
            self._note(progress.matches)
        left: list[str] = []
        while self._waiting and self._waiting[0].end <= progress.settled:
            piece = self._waiting.popleft()
            self.held_characters -= len(piece.text)
            left.append(self._edited(piece) if self._edits and self._edits[0].start < piece.end else piece.text)
        return tuple(left)

    def _note(self, matches: Sequence[Match]) -> None:
        first = self._waiting[0].start
        data = b"".join(piece.data for piece in self._waiting)
        whole = [whole_characters(match, data, first) for match in matches]
        for edit in settled(whole, lambda match: text_at(match, data, first), self._decide, self._treat):
            if edit.text != text_at(Match(edit.start, edit.end, ""), data, first):
                self._edits.append(edit)

    def _edited(self, piece: _Waiting) -> str:
        parts: list[bytes] = []
        at = piece.start
        while self._edits and self._edits[0].start < piece.end:
            edit = self._edits[0]
            if edit.start >= piece.start:
                parts.append(piece.data[at - piece.start : edit.start - piece.start])
                parts.append(edit.text.encode("utf-8", "surrogatepass"))
            at = max(at, min(edit.end, piece.end))
            if edit.end > piece.end:
                break
            self._edits.popleft()
        parts.append(piece.data[at - piece.start :])
        return b"".join(parts).decode("utf-8", "surrogatepass")
