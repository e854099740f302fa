"""Which parts the spool has already, so that what repeats from turn to turn is stored once.

Rules: the file knows, and memory saves looking there. What was not committed is not known.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping

# At about 100 bytes each. A conversation names a few hundred, so these are the busy ones of many.
MOST = 1 << 16


class Known:
    """Digests of parts that are stored."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._names: dict[bytes, None] = {}

    def __len__(self) -> int:
        return len(self._names)

    def fresh(
        self, parts: Mapping[bytes, bytes], taken: Collection[bytes], file: sqlite3.Connection
    ) -> Iterator[tuple[bytes, bytes]]:
        """Those that neither the file has nor a batch that is being made has `taken`."""
        for name, data in parts.items():
            if name in self._names or name in taken:
                continue
            if file.execute("SELECT 1 FROM parts WHERE digest = ?", (name,)).fetchone():
                self.add((name,))
            else:
                yield name, data

    def add(self, names: Iterable[bytes]) -> None:
        if len(self._names) >= self._most:
            self._names.clear()
        self._names.update(dict.fromkeys(names))

    def clear(self) -> None:
        """Some were forgotten, or it is another file now."""
        self._names.clear()
