"""Which fields a person means by `ssn` or `*.card.number`.

Rules:
- A name fits wherever a path ends with it, in any case: SQL folds case, and so do people.
- What lies below a field that fits, fits too: `card` means everything in `card`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

Part = re.Pattern[str]


def _part(text: str) -> Part:
    return re.compile("".join(".*" if letter == "*" else re.escape(letter) for letter in text), re.DOTALL)


@dataclass(frozen=True, slots=True)
class Names:
    """Compiled names of fields."""

    wanted: tuple[tuple[Part, ...], ...]

    @classmethod
    def of(cls, names: Sequence[str]) -> "Names":
        return cls(tuple(tuple(_part(step) for step in name.casefold().split(".")) for name in names))

    def fit(self, path: Sequence[str]) -> bool:
        folded = [step.strip().casefold() for step in path]
        return any(_ends_with(folded[:length], steps) for length in range(1, len(folded) + 1) for steps in self.wanted)


def _ends_with(path: Sequence[str], steps: tuple[Part, ...]) -> bool:
    tail = path[-len(steps) :]
    return len(tail) == len(steps) and all(step.fullmatch(key) for step, key in zip(steps, tail, strict=True))
