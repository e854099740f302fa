"""The reading side of the spool, for whoever delivers, shows or checks it: another thread, another process.

Rules:
- One reader is for one thread at a time. A read is one short transaction: the writer's log cannot be folded back while
  someone reads.
- `advance` is the only thing that a reader writes. It is not synced: after a power cut the same events come again, and
  whoever delivers them does so by (chain, seq).
- A file that was replaced under the reader is noticed at its next look.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import zstandard

from sidecar.core.evidence.event import Event
from sidecar.record import spool_file

BATCH = 1_000
AFTER = "SELECT id, chain, seq, at, kind, body, previous, hash FROM events WHERE id > ? ORDER BY id LIMIT ?"


class SpoolReader:
    """Opens at its first look. There may be no file yet: then there is nothing to read."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / spool_file.NAME
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._expand = zstandard.ZstdDecompressor().decompress

    def after(self, cursor: int, limit: int = BATCH) -> list[tuple[int, Event]]:
        """The next events, oldest first, each with its id."""
        rows = self._rows(AFTER, cursor, limit)
        return [(row[0], Event(*row[1:])) for row in rows]

    def parts_between(self, after: int, upto: int) -> list[tuple[str, bytes]]:
        """The parts that are first named by the events after one id, up to another."""
        held = "SELECT digest, data FROM parts WHERE data IS NOT NULL AND event > ? AND event <= ? ORDER BY event"
        return [(row[0].hex(), self._expand(row[1])) for row in self._rows(held, after, upto)]

    def parts_of(self, digests: Iterable[str]) -> dict[str, bytes]:
        """Those of these parts whose bytes are still here."""
        found: dict[str, bytes] = {}
        for digest in digests:
            for row in self._rows(
                "SELECT data FROM parts WHERE digest = ? AND data IS NOT NULL", bytes.fromhex(digest)
            ):
                found[digest] = self._expand(row[0])
        return found

    def checkpoints(self, after: int = 0, limit: int = BATCH) -> list[tuple[int, bytes]]:
        """The lines that anchors get, each with the id of its event."""
        return [
            (row[0], row[1])
            for row in self._rows("SELECT id, line FROM checkpoints WHERE id > ? ORDER BY id LIMIT ?", after, limit)
        ]

    def unanchored(self, after: int) -> int:
        """How many lines come after this one."""
        return int(self._rows("SELECT count(*) FROM checkpoints WHERE id > ?", after)[0][0] if self._current() else 0)

    def cursor(self) -> int:
        """The last event that was delivered; 0 if none was."""
        return int(self._said("cursor") or 0)

    def advance(self, upto: int) -> None:
        """Everything up to this id was delivered: it may be freed."""
        self.say("cursor", upto)

    def say(self, key: str, value: int | str) -> None:
        """Keep a word of the reader's own in the file."""
        connection = self._current()
        if connection is not None:
            connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (key, value))

    def said(self, key: str) -> int | str | None:
        found: int | str | None = self._said(key)
        return found

    def forget_but(self, prefix: str, keys: Sequence[str]) -> None:
        """Of the words with this beginning only these stay: nobody else says them any more."""
        connection = self._current()
        if connection is not None:
            said = connection.execute("SELECT key FROM state WHERE substr(key, 1, ?) = ?", (len(prefix), prefix))
            for key in {key for (key,) in said.fetchall()} - set(keys):
                connection.execute("DELETE FROM state WHERE key = ?", (key,))

    def behind(self, cursor: int) -> int:
        """How many events come after this one."""
        return sum(row[0] for row in self._rows("SELECT count(*) FROM events WHERE id > ?", cursor))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _said(self, key: str) -> Any:
        return next((row[0] for row in self._rows("SELECT value FROM state WHERE key = ?", key)), None)

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        connection = self._current()
        return connection.execute(query, values).fetchall() if connection is not None else []

    def _current(self) -> sqlite3.Connection | None:
        try:
            seen = os.stat(self._path)
        except FileNotFoundError:
            self.close()
            return None
        if self._connection is None or self._file != (seen.st_dev, seen.st_ino):
            self.close()
            connection = spool_file.connected(self._path)
            connection.execute("PRAGMA synchronous=NORMAL")
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'state'").fetchone():
                connection.close()
                return None
            self._connection, self._file = connection, (seen.st_dev, seen.st_ino)
        return self._connection


def events(folder: Path) -> Iterator[Event]:
    """Everything that a spool holds now, oldest first."""
    reader, cursor = SpoolReader(folder), 0
    try:
        while batch := reader.after(cursor):
            yield from (event for _, event in batch)
            cursor = batch[-1][0]
    finally:
        reader.close()


def parts(folder: Path) -> Iterator[bytes]:
    """Every large text that a spool holds now, unpacked."""
    reader, cursor = SpoolReader(folder), 0
    try:
        while batch := reader.after(cursor):
            yield from (data for _, data in reader.parts_between(cursor, batch[-1][0]))
            cursor = batch[-1][0]
    finally:
        reader.close()
