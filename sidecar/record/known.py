"""Which parts the spool has already, so that what repeats from turn to turn is stored once.

Rules: the file knows, and memory saves looking there. What was not committed is not known.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

Named = TypeVar("Named")
ASKED = 200  # at once
# At about 100 bytes each. A conversation names a few hundred, so these are the busy ones of many.
MOST = 1 << 16


class Known:
    """Digests of parts that are stored."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._names: dict[bytes, None] = {}

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: bytes) -> bool:
        return name in self._names

    def fresh(self, named: Mapping[bytes, Named], file: sqlite3.Connection) -> dict[bytes, Named]:
        """Those that the file does not have, either."""
        unsure = [name for name in named if name not in self._names]
        there = {name for start in range(0, len(unsure), ASKED) for name in _held(file, unsure[start : start + ASKED])}
        self.add(there)
        return {name: named[name] for name in unsure if name not in there}

    def add(self, names: Iterable[bytes]) -> None:
        if len(self._names) >= self._most:
            self._names.clear()
        self._names.update(dict.fromkeys(names))

    def clear(self) -> None:
        """Some were forgotten, or it is another file now."""
        self._names.clear()


def _held(file: sqlite3.Connection, names: Sequence[bytes]) -> Iterator[bytes]:
    marks = ", ".join("?" * len(names))
    for (name,) in file.execute(f"SELECT digest FROM parts WHERE digest IN ({marks})", names):  # noqa: S608
        yield name
