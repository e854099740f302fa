"""One detector, compiled: where its values stand in a text, and what of a text may be the beginning of one.

Strategy: two ways to walk through a text.
- *Plain*: the value begins where the match begins. As `finditer` does, the search goes on behind each value; behind a
  match that the validator refused it goes on one byte further.
- *With context*: a keyword before the value belongs to the match. Every place where a match can begin is tried, the
  longest value at each place is kept, and of overlapping values the first wins. So no keyword can hide a value by
  being part of the previous match, and the answer at a place depends on its neighbourhood alone, never on where the
  search began: that is what makes the stream exact.

Rules: a pattern whose shape cannot be told, or with context that has no end, is *wide*: its match counts as a whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakValueDictionary

import re2

from sidecar.core.detect.probe import Anchor, anchors, numerous, probe
from sidecar.core.detect.shape import alphabet, looks_one_further, loose, most, opening, parts
from sidecar.core.detect.syntax import Unreadable, read
from sidecar.core.detect.tree import ANY, BEYOND, Sequence, mask_between, mask_of
from sidecar.core.model.detector import Detector

# What a value without blanks is made of. Quotes end it: they end it in source, too.
RUN = mask_between(0x21, 0x7E) & ~mask_of("\"'`")
EVERYTHING = "(?s:.)*"
_MEMORY = 64 << 20  # bytes an automaton may grow to; the default of 8 MiB makes big patterns fall back to the slow path
_CONTEXT = 64 * 4  # bytes of 64 characters


def compiled(pattern: str) -> "re2._Regexp":
    """RE2 with the room that our patterns need; raises `re2.error`."""
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    return re2.compile(pattern.encode(), options=options)


@dataclass(frozen=True, slots=True)
class Span:
    """The value, and the whole match around it that nothing of the same detector may enter again."""

    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Entry:
    """`anchors` empty: there are none, and the probe counts. `probe` None: this detector looks at every text.
    `numerous`: only texts with many digits close together can hold a match. `live`
    None: its values are runs without blanks, as most are; otherwise a pattern of what may be the beginning of a match.
    `context`: bytes before the value that it looks at."""

    detector: Detector
    regex: "re2._Regexp"
    anchors: tuple[Anchor, ...]
    probe: str | None
    numerous: bool
    live: str | None
    context: int
    plain: bool
    letters: bytes

    def spans(self, text: bytes, floor: int) -> Iterator[Span]:
        """All values that begin at `floor` or later, in order, none overlapping another."""
        return self._plain(text, floor) if self.plain else self._with_context(text, floor)

    def _plain(self, text: bytes, floor: int) -> Iterator[Span]:
        validate, group, at = self.detector.validate, self.detector.value_group, floor
        while (found := self.regex.search(text, at)) is not None:
            start, end = found.span(group)
            first, last = found.span()
            if start < end and (validate is None or validate(text[start:end])):
                yield Span(start, end, first, last)
                at = max(last, first + 1)
            else:
                at = first + 1
            if at > len(text):
                return

    def _with_context(self, text: bytes, floor: int) -> Iterator[Span]:
        validate, group, at = self.detector.validate, self.detector.value_group, max(0, floor - self.context)
        ends: dict[int, int] = {}
        while at <= len(text) and (found := self.regex.search(text, at)) is not None:
            start, end = found.span(group)
            if floor <= start < end > ends.get(start, 0) and (validate is None or validate(text[start:end])):
                ends[start] = end
            at = found.start() + 1
        reach = floor
        for start in sorted(ends):
            if start >= reach:
                reach = ends[start]
                yield Span(start, reach, start, reach)


_known: "WeakValueDictionary[Detector, Entry]" = WeakValueDictionary()


def entry(detector: Detector) -> Entry:
    """One detector, compiled once for all who use it: when rules are read anew, few of its hundreds are others. Raises
    ValueError, naming it, if RE2 refuses its pattern."""
    known = _known.get(detector)
    if known is None:
        known = _known[detector] = _entry(detector)
    return known


def _entry(detector: Detector) -> Entry:
    try:
        regex = compiled(detector.pattern)
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else error.args[0]
        raise ValueError(f"{detector.id}: {reason}") from error
    if detector.value_group > regex.groups:
        raise ValueError(f"{detector.id}: there is no group {detector.value_group} in its pattern")
    try:
        tree = read(detector.pattern)
    except (Unreadable, IndexError, ValueError):
        return Entry(detector, regex, (), None, False, EVERYTHING, 0, True, _letters(ANY))
    cut = parts(tree, detector.value_group)
    context = most(cut.before) if cut else None
    fixed, rare, many = tuple(anchors(tree) or ()), probe(tree) or None, numerous(tree)
    if cut is None or context is None or context > _CONTEXT:
        return Entry(detector, regex, fixed, rare, many, opening(tree), 0, True, _letters(alphabet(tree)))
    letters = alphabet(cut.value)
    is_run = letters & ~RUN == 0 and looks_one_further(cut.after, RUN)
    live = None if is_run else loose(cut.before) + opening(Sequence((cut.value, cut.after)))
    return Entry(detector, regex, fixed, rare, many, live, context, detector.value_group == 0, _letters(letters))


def _letters(mask: int) -> bytes:
    ascii_part = bytes(code for code in range(128) if mask >> code & 1)
    return ascii_part + bytes(range(128, 256)) if mask & BEYOND else ascii_part
