"""A set of detectors, ready to scan.

Strategy: one pass over the text says which detectors may find something (`suspicion`); only those look closer.

Rules:
- `suspects` errs towards looking closer: `^` and its kind are dropped, so that texts may be joined by `SEPARATOR`.
- Our own detectors see escapes as what they stand for (`escapes`); a policy's own expression sees the text as it is.
- A value longer than `LONGEST` is reported in adjacent pieces of that length and then goes on for as long as bytes
  follow that its pattern allows in a value at all; whatever else begins inside it is part of it. So a stream can mask
  such a value without keeping all of it, and the answer is the same.
"""

from collections.abc import Sequence
from functools import lru_cache

from sidecar.core.detect import escapes
from sidecar.core.detect.entry import RUN, Entry, Span, compiled, entry
from sidecar.core.detect.sample import SAMPLE
from sidecar.core.detect.stream import StreamScan
from sidecar.core.detect.suspicion import Suspicion
from sidecar.core.model.detector import Detector, Match

SEPARATOR = "\n\x00\n"
LONGEST = 1 << 16  # bytes; a PGP key block with many identities is about half of it

MOST_WORDS, LONGEST_WORD = 4096, 200  # less than two megabytes


class Compiled:
    """Detectors, compiled once and used from then on."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        self.detectors = tuple(detectors)
        self.entries: tuple[Entry, ...] = tuple(entry(detector) for detector in self.detectors)
        self._literal = tuple(detector.id.startswith(("rule/", "gatehouse/")) for detector in self.detectors)
        self.context = max((each.context for each in self.entries), default=0) + escapes.LONGEST
        self._suspicion = Suspicion(self.entries)
        self._live = compiled(_live(self.entries))
        self._finds = lru_cache(MOST_WORDS)(self._found_in)

    def warm(self) -> None:
        """Let the automata build their states now: the first real scan would pay a hundredfold for them."""
        for text in SAMPLE:
            data = text.encode()
            self.scan(data)
            stream = self.stream()
            for at in range(0, len(data), 4):
                stream.feed(data[at : at + 4])
            stream.flush()
        for each in self.entries:
            each.regex.search(SAMPLE[0].encode())

    def suspects(self, text: bytes) -> bool:
        """May anything match? One pass; never False when `scan` would find something."""
        return bool(self.suspected(text))

    def finds(self, word: str) -> bool:
        """Does anything match? Names of sessions, models and tools come with every call, so what was found is kept."""
        return self._finds(word) if len(word) <= LONGEST_WORD else self._found_in(word)

    def _found_in(self, word: str) -> bool:
        return bool(self.scan(word.encode(errors="replace")))

    def scan(self, text: bytes) -> tuple[Match, ...]:
        """Every match, sorted. Those of one detector do not overlap; those of different detectors may."""
        indexes = self.suspected(text)
        matches: list[Match] = []
        floor = 0
        while indexes:
            found = self.spans(text, indexes, floor)
            long = next(((at, span) for at, span in found if span.end - span.start > LONGEST), None)
            if long is None:
                matches += [self.match(at, span.start, span.end) for at, span in found]
                break
            matches += [self.match(at, span.start, span.end) for at, span in found if span.start < long[1].start]
            floor = self.run_end(long[0], text, long[1].start + LONGEST)
            matches += [
                self.match(long[0], start, min(start + LONGEST, floor))
                for start in range(long[1].start, floor, LONGEST)
            ]
        return tuple(sorted(matches))

    def stream(self) -> StreamScan:
        """A scan of a text that arrives in pieces."""
        return StreamScan(self, LONGEST)

    def suspected(self, text: bytes) -> list[int]:
        """The detectors that must look closer."""
        seen = escapes.readable(text)
        found = self._suspicion.of(seen)
        return found if seen is text else sorted({*found, *self._suspicion.of(text)})

    def spans(self, text: bytes, indexes: list[int], floor: int) -> list[tuple[int, Span]]:
        """The values of these detectors that begin at `floor` or later, by their start."""
        seen = escapes.readable(text)
        views = (seen, text)
        found = [(at, span) for at in indexes for span in self.entries[at].spans(views[self._literal[at]], floor)]
        return sorted(found, key=lambda one: (one[1].start, one[1].end, self.detectors[one[0]].id))

    def held_from(self, text: bytes) -> int:
        """From where on more text could still make or lengthen a match."""
        seen = escapes.readable(text)
        held = self._live_from(text)
        return held if seen is text else min(held, self._live_from(seen))

    def _live_from(self, text: bytes) -> int:
        found = self._live.search(text)
        return len(text) if found is None else int(found.start())

    def run_end(self, index: int, text: bytes, at: int) -> int:
        """How far the letters of a detector's value reach."""
        rest = text[at:]
        return at + len(rest) - len(rest.lstrip(self.entries[index].letters))

    def match(self, index: int, start: int, end: int) -> Match:
        return Match(start, end, self.detectors[index].id)


def _live(entries: Sequence[Entry]) -> str:
    """Anchored at the end of what has arrived: the last run without blanks, or what a match with blanks begins with."""
    run = "".join(f"\\x{{{code:x}}}" for code in range(128) if RUN >> code & 1)
    patterns = dict.fromkeys([f"[{run}]+", *(each.live for each in entries if each.live is not None)])
    return "(?:" + "|".join(patterns) + r")\z"
