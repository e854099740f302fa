"""The scan of a text that arrives in pieces, exact for every cut, holding back as little as can be.

Strategy: a buffer with the undecided end of the text and the bytes of context before it. After each piece one pattern,
anchored at the end, says from where on more text could still make or lengthen a match. Everything before that is
scanned as a whole text would be, and settled.

Rules:
- A value begins in the undecided part or not at all; its context may already be settled, that is why it is kept.
- A match that begins before the undecided part and ends in it waits: something else could begin inside it.
- Half a character or half an escape at the end of the buffer has not arrived yet: a class that excludes letters must
  not match it.
- A value longer than the longest (see `compiled`) is reported in pieces while it goes on. A pattern that needs more
  than that to match at all (only a user's own can) is given up for the text that falls out of the buffer.
"""

from dataclasses import dataclass
from typing import Protocol

from sidecar.core.detect.entry import Span
from sidecar.core.detect.escapes import whole
from sidecar.core.model.detector import Match


class Scanner(Protocol):
    """What the stream needs of a compiled set."""

    context: int

    def suspected(self, text: bytes) -> list[int]: ...
    def spans(self, text: bytes, indexes: list[int], floor: int) -> list[tuple[int, Span]]: ...
    def held_from(self, text: bytes) -> int: ...
    def run_end(self, index: int, text: bytes, at: int) -> int: ...
    def match(self, index: int, start: int, end: int) -> Match: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything before `settled` is decided; every match that starts before it has been reported."""

    settled: int
    matches: tuple[Match, ...]


class StreamScan:
    """Feed pieces; take what is settled."""

    __slots__ = ("_base", "_buffer", "_inside", "_longest", "_scanner", "_settled")

    def __init__(self, scanner: Scanner, longest: int) -> None:
        self._scanner = scanner
        self._longest = longest
        self._buffer = b""
        self._base = 0  # where in the text the buffer begins
        self._settled = 0
        self._inside: int | None = None  # the detector whose value is longer than the longest

    def feed(self, piece: bytes) -> Progress:
        self._buffer += piece
        text = _whole_characters(self._buffer)
        return self._progress(text[: whole(text)], final=False)

    def flush(self) -> Progress:
        return self._progress(self._buffer, final=True)

    def _progress(self, text: bytes, *, final: bool) -> Progress:
        matches: list[Match] = []
        while self._inside is not None or self._advance(text, matches, final=final):
            if not self._run_on(text, matches, final=final):
                break
        return Progress(self._settled, tuple(matches))

    def _advance(self, text: bytes, matches: list[Match], *, final: bool) -> bool:
        """Settle what can be settled. True: a value longer than the longest has begun."""
        settled = self._settled - self._base
        held = len(text) if final else max(settled, self._scanner.held_from(text))
        if len(text) - held > self._longest:
            held = len(text) - self._longest
        if held <= settled:
            return False
        indexes = self._scanner.suspected(text)
        if not indexes:
            self._move_to(self._base + held)
            return False
        found = self._scanner.spans(text, indexes, settled)
        long = next((one for one in found if one[1].end - one[1].start > self._longest), None)
        if long is not None and long[1].start < held:
            index, span = long
            self._report([one for one in found if one[1].start < span.start], matches)
            matches.append(self._scanner.match(index, self._base + span.start, self._base + span.start + self._longest))
            self._inside = index
            self._settled = self._base + span.start + self._longest
            return True
        self._settle(text, found, held, matches)
        return False

    def _settle(self, text: bytes, found: list[tuple[int, Span]], held: int, matches: list[Match]) -> None:
        """Report what ends before the undecided part; what reaches into it makes that part longer."""
        reaching = [span for _, span in found if span.start < held < span.last]
        while reaching and min(span.first for span in reaching) > len(text) - 2 * self._longest:
            held = min(span.first for span in reaching)
            reaching = [span for _, span in found if span.start < held < span.last]
        self._report([one for one in found if one[1].start < held], matches)
        self._move_to(self._base + max([held, *(span.last for span in reaching)]))

    def _report(self, found: list[tuple[int, Span]], matches: list[Match]) -> None:
        matches += [self._scanner.match(at, self._base + span.start, self._base + span.end) for at, span in found]

    def _run_on(self, text: bytes, matches: list[Match], *, final: bool) -> bool:
        """Go on inside a value longer than the longest. True: it has ended."""
        if self._inside is None:
            return False
        at = self._settled - self._base
        end = self._scanner.run_end(self._inside, text, at)
        ended = final or end < len(text)
        while end - at >= self._longest or (ended and end > at):
            piece = min(end, at + self._longest)
            matches.append(self._scanner.match(self._inside, self._base + at, self._base + piece))
            at = piece
        self._settled = self._base + at
        if ended:
            self._inside = None
        return ended

    def _move_to(self, settled: int) -> None:
        self._settled = settled
        drop = settled - self._base - self._scanner.context
        if drop > 0:
            self._buffer = self._buffer[drop:]
            self._base += drop


def _whole_characters(text: bytes) -> bytes:
    """The text without the beginning of a UTF-8 character at its end."""
    for back in range(1, min(4, len(text) + 1)):
        byte = text[-back]
        if byte < 0x80:
            return text
        if byte >= 0xC0:
            size = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return text[:-back] if back < size else text
    return text
