"""Which fields a person means by `ssn` or `*.card.number`.

Rules:
- A name fits wherever a path ends with it, in any case: SQL folds case, and so do people.
- `card_number`, `cardNumber`, `card-number` and `Card Number` are one name: who prints it divides words.
- `*.` at the beginning says what is so anyway: anywhere. A column of a table has nothing above it.
- What lies below a field that fits, fits too: `card` means everything in `card`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

Part = re.Pattern[str]
# Rows repeat the same few paths; a document with more different ones is forgotten and learnt again.
MOST_KNOWN = 4_096


def folded(text: str) -> str:
    """A name without what people write differently in it."""
    return text.casefold().replace("_", "").replace("-", "").replace(" ", "")


def _part(text: str) -> Part:
    return re.compile("".join(".*" if letter == "*" else re.escape(letter) for letter in text), re.DOTALL)


@dataclass(frozen=True, slots=True)
class Names:
    """Compiled names of fields. `words`: of each, the longest run of letters without a star; a text without any of them
    holds no such field."""

    wanted: tuple[tuple[Part, ...], ...]
    words: tuple[str, ...]
    _known: dict[tuple[str, ...], bool] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, names: Sequence[str]) -> "Names":
        plain = [_anywhere(folded(name)) for name in names]
        wanted = tuple(tuple(_part(step) for step in name.split(".")) for name in plain)
        return cls(wanted, tuple(max(name.replace(".", "*").split("*"), key=len) for name in plain))

    def may_stand_in(self, text: str) -> bool:
        if not self.words:
            return False
        plain = folded(text)
        return any(word in plain for word in self.words) or "\\u" in text

    def fit(self, path: tuple[str, ...]) -> bool:
        known = self._known.get(path)
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[path] = self._fit(path)
        return known

    def _fit(self, path: tuple[str, ...]) -> bool:
        plain = [folded(step.strip()) for step in path]
        return any(_ends_with(plain[:length], steps) for length in range(1, len(plain) + 1) for steps in self.wanted)


def _anywhere(name: str) -> str:
    while name.startswith("*.") and len(name) > 2:
        name = name[2:]
    return name


def _ends_with(path: Sequence[str], steps: tuple[Part, ...]) -> bool:
    tail = path[-len(steps) :]
    return len(tail) == len(steps) and all(step.fullmatch(key) for step, key in zip(steps, tail, strict=True))
