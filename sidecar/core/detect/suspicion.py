"""Which detectors must look closer at a text.

Strategy: the text goes through a set of all literals that detectors are anchored to; for each that stands in it, the
patterns of its detectors say whether what follows could be theirs. Detectors without a literal have sets of patterns:
one for every text, one for texts with many digits close together.

Rules:
- Never misses: whatever a detector finds has passed one of these. A text with one of the two characters beyond ASCII
  that fold to ASCII letters (the long s, the Kelvin sign) is looked at by all: literals do not show them.
- What counts is not how fast a set is on a text it knows but how many states a new text makes it build: a set of bare
  literals builds hardly any.
- A pass of a set over a text costs what `bytes.find` of a short word costs, however often the word stands there. So
  what stands at a literal is searched, too, and not tried place by place: code says `token` in every other line.
"""

from collections.abc import Sequence

import re2

from sidecar.core.detect.entry import Entry
from sidecar.core.detect.probe import MANY, Anchor

_MEMORY = 64 << 20  # bytes an automaton may grow to; then it starts anew
_SHORT = 4
_DIGITS = f"(?:[0-9][^0-9]{{0,2}}){{{MANY - 1}}}[0-9]"  # only then the patterns that need many are worth a pass
_FOLDING = ("\u017f".encode(), "\u212a".encode())


class _Literal:
    """A literal as it may be written, and what can stand there by whose patterns."""

    __slots__ = ("owners", "written")

    def __init__(self) -> None:
        self.written: dict[str, bool] = {}  # and whether it only counts at the beginning of a word
        self.owners: dict[str, set[int]] = {}

    def add(self, anchor: Anchor, owner: int) -> None:
        at_word = len(anchor.literal) <= _SHORT and anchor.pattern.startswith(r"\b")
        self.written[anchor.written] = self.written.get(anchor.written, True) and at_word
        self.owners.setdefault(anchor.pattern, set()).add(owner)

    def searched(self) -> str:
        """A short literal that only counts at the beginning of a word: inside words it is everywhere."""
        return "|".join(rf"\b(?:{text})" if at_word else text for text, at_word in self.written.items())


class Suspicion:
    """Made once from all detectors."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._all = list(range(len(entries)))
        self._always = frozenset(at for at, each in enumerate(entries) if each.probe is None and not each.anchors)
        literals: dict[str, _Literal] = {}
        probed: tuple[dict[str, set[int]], dict[str, set[int]]] = ({}, {})
        for at, each in enumerate(entries):
            for anchor in each.anchors:
                literals.setdefault(anchor.literal, _Literal()).add(anchor, at)
            if not each.anchors and each.probe is not None:
                probed[each.numerous].setdefault(each.probe, set()).add(at)
        self._literal_set = _set([literal.searched() for literal in literals.values()])
        self._owners = [list(literal.owners.values()) for literal in literals.values()]
        sets = {chosen: _set(list(chosen)) for chosen in {tuple(literal.owners) for literal in literals.values()}}
        self._closer = [sets[tuple(literal.owners)] for literal in literals.values()]
        self._probed, self._numerous = (list(patterns.values()) for patterns in probed)
        self._probed_set = _set([*probed[0], _DIGITS])
        self._numerous_set = _set(list(probed[1]))

    def of(self, text: bytes) -> list[int]:
        """The detectors that may find something, in order."""
        if not text.isascii() and any(character in text for character in _FOLDING):
            return self._all
        found = set(self._always)
        for literal in _hits(self._literal_set, text):
            for hit in _hits(self._closer[literal], text):
                found |= self._owners[literal][hit]
        for hit in _hits(self._probed_set, text):
            if hit < len(self._probed):
                found |= self._probed[hit]
            else:
                for numerous in _hits(self._numerous_set, text):
                    found |= self._numerous[numerous]
        return sorted(found)


def _hits(chosen: "re2.Set | None", text: bytes) -> Sequence[int]:
    return (chosen.Match(text) or ()) if chosen is not None else ()


def _set(patterns: list[str]) -> "re2.Set | None":
    if not patterns:
        return None
    options = re2.Options()
    options.max_mem = _MEMORY
    made = re2.Set.SearchSet(options)
    for pattern in patterns:
        made.Add(pattern)
    made.Compile()
    return made
