"""Which detectors must look closer at a text.

Strategy: the text in lower case goes through a set of all literals that detectors are anchored to; wherever one stands,
its detectors' patterns say whether what follows could be theirs. Detectors without a literal have sets of patterns: one
for every text, one for texts with many digits close together.

Rules:
- Never misses: whatever a detector finds has passed one of these. A text with one of the two characters beyond ASCII
  that fold to ASCII letters (the long s, the Kelvin sign) is looked at by all: lower case does not show them.
- What counts is not how fast a set is on a text it knows but how many states a new text makes it build: a set of bare
  literals builds hardly any.
"""

from collections.abc import Callable, Iterable, Sequence

import re2

from sidecar.core.detect.entry import Entry, compiled
from sidecar.core.detect.probe import MANY

_MEMORY = 64 << 20  # bytes an automaton may grow to; then it starts anew
_SHORT = 4
_FOLDING = ("\u017f".encode(), "\u212a".encode())


class _Literal:
    """A literal, and what can stand there by whose patterns."""

    __slots__ = ("_all", "_chosen", "_owners", "_text")

    def __init__(self, text: str, owners: dict[str, set[int]]) -> None:
        self._text = text.encode()
        self._owners = list(owners.values())
        self._all = frozenset().union(*self._owners)
        self._chosen = _set(list(owners), re2.Set.MatchSet)

    def add_to(self, found: set[int], text: bytes, lowered: bytes) -> None:
        rest = memoryview(text)
        at = lowered.find(self._text)
        while at >= 0 and not self._all <= found:
            for hit in _hits(self._chosen, rest[at:]):
                found |= self._owners[hit]
            at = lowered.find(self._text, at + 1)


class Suspicion:
    """Made once from all detectors."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._all = list(range(len(entries)))
        self._always = frozenset(at for at, each in enumerate(entries) if each.probe is None and not each.anchors)
        literals: dict[str, dict[str, set[int]]] = {}
        probed: tuple[dict[str, set[int]], dict[str, set[int]]] = ({}, {})
        for at, each in enumerate(entries):
            for literal, pattern in each.anchors:
                literals.setdefault(literal, {}).setdefault(pattern, set()).add(at)
            if not each.anchors and each.probe is not None:
                probed[each.numerous].setdefault(each.probe, set()).add(at)
        self._literals = [_Literal(literal, owners) for literal, owners in literals.items()]
        self._literal_set = _set([_searched(literal, owners) for literal, owners in literals.items()])
        self._probed, self._numerous = (list(patterns.values()) for patterns in probed)
        self._probed_set, self._numerous_set = (_set(list(patterns)) for patterns in probed)
        self._digits = compiled(f"(?:[0-9][^0-9]{{0,2}}){{{MANY - 1}}}[0-9]")

    def of(self, text: bytes) -> list[int]:
        """The detectors that may find something, in order."""
        if not text.isascii() and any(character in text for character in _FOLDING):
            return self._all
        found = set(self._always)
        lowered = text.lower()
        for hit in _hits(self._literal_set, lowered):
            self._literals[hit].add_to(found, text, lowered)
        for hit in _hits(self._probed_set, text):
            found |= self._probed[hit]
        if self._numerous and self._digits.search(text) is not None:
            for hit in _hits(self._numerous_set, text):
                found |= self._numerous[hit]
        return sorted(found)


def _searched(literal: str, owners: Iterable[str]) -> str:
    """A short literal that only counts at the beginning of a word is searched there: inside words it is everywhere."""
    first = r"\b" if len(literal) <= _SHORT and all(pattern.startswith(r"\b") for pattern in owners) else ""
    return first + str(re2.escape(literal))


def _hits(chosen: "re2.Set | None", text: bytes | memoryview) -> Sequence[int]:
    return (chosen.Match(text) or ()) if chosen is not None else ()


def _set(patterns: list[str], kind: "Callable[[re2.Options], re2.Set]" = re2.Set.SearchSet) -> "re2.Set | None":
    if not patterns:
        return None
    options = re2.Options()
    options.max_mem = _MEMORY
    made = kind(options)
    for pattern in patterns:
        made.Add(pattern)
    made.Compile()
    return made
