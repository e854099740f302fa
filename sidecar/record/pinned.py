"""Keeps which tools callers were shown by MCP servers, over a restart: one SQLite file in the state folder.

Strategy: what changed is written about once a second, all pins of a caller on a connection at once, in one transaction.

Rules:
- No text of a definition is kept, only names and digests.
- A file that cannot be read, or that is not whole, is put aside as `pins.damaged`, and the gate starts with a new one.
  As long as the old one lies there nobody's first sight of a tool is believed: it counts as changed, and the policy's
  rule on changed tools says what happens. Otherwise whoever makes the file unreadable would have every changed tool
  believed at the next start. To go back to believing first sights, a person removes the file.
- A file that is there has its table, as it gets its name only then: an empty one was cut off.
- What cannot be written now is kept and tried again.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.core.exchange.mcp.pins import Pins, Shelf, Shop, Withheld
from sidecar.core.exchange.mcp.wish import Wish
from sidecar.record import pin_wishes
from sidecar.telemetry.log import EventLog

FILE = "pins.db"
FORM = 1
TABLE = """
CREATE TABLE pins (
    connection TEXT NOT NULL, caller BLOB NOT NULL, tool BLOB NOT NULL,
    pinned BLOB, withheld BLOB, rule TEXT, policy TEXT,
    PRIMARY KEY (connection, caller, tool)
) STRICT
"""
Row = tuple[str, bytes, bytes, bytes | None, bytes | None, str | None, str | None]
log = EventLog("pins")


class PinFile:
    """`load` at the start; then `gather` in the event loop, as the pins belong to it, and `save` wherever."""

    def __init__(self, folder: Path, pins: Pins) -> None:
        self._file = folder / FILE
        self._damaged = folder / "pins.damaged"
        self._pins = pins
        self._unsaved: dict[Shop, Shelf] = {}
        self._failing = False
        self._seen: int | None = None

    def load(self) -> int:
        """Take in what is kept; of how many callers, on how many connections."""
        shelves: tuple[Shelf, ...] = ()
        try:
            shelves = read(self._file) if self._file.exists() else ()
        except (sqlite3.OperationalError, OSError) as error:
            raise ConfigurationError.single(str(self._file), f"cannot be used: {error}") from error
        except (sqlite3.DatabaseError, ValueError):
            self._file.replace(self._damaged)
            self._file.with_name("pins.db-journal").unlink(missing_ok=True)
        self._pins.restore(shelves)
        self._pins.trusting = not self._damaged.exists()
        if not self._pins.trusting:
            log.warning(
                "what MCP servers showed before is not known: every tool counts as changed until people accept it, or "
                "until somebody removes the damaged file and starts the gate again",
                file=self._damaged,
            )
        return len(shelves)

    def gather(self) -> bool:
        """Whether there is something to save."""
        self._unsaved |= {shelf.shop: shelf for shelf in self._pins.changes()}
        return bool(self._unsaved)

    def save(self) -> None:
        try:
            if not self._file.exists():
                self._create()
            with closing(sqlite3.connect(self._file, timeout=5)) as database, database:
                database.execute("PRAGMA synchronous = FULL")
                for shelf in self._unsaved.values():
                    _replace(database, shelf)
        except (sqlite3.Error, OSError) as error:
            if not self._failing:
                log.warning("pins of MCP tools cannot be stored now", file=self._file, error=type(error).__name__)
            self._failing = True
            return
        self._failing = False
        self._unsaved.clear()

    def look(self) -> tuple[Wish, ...]:
        """What people said since; the file is opened only if somebody wrote to it."""
        try:
            changed = self._file.stat().st_mtime_ns
            if changed == self._seen:
                return ()
            wishes, self._seen = pin_wishes.taken(self._file), changed
        except (sqlite3.Error, OSError, ValueError):
            return ()
        return wishes

    def _create(self) -> None:
        fresh = self._file.with_name("pins.new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        with closing(sqlite3.connect(fresh)) as database, database:
            database.execute(TABLE)
            database.execute(pin_wishes.TABLE)
            database.execute(f"PRAGMA user_version = {FORM}")
        fresh.replace(self._file)


def read(file: Path) -> tuple[Shelf, ...]:
    """What is kept; an error of SQLite, or a `ValueError`, if it cannot be read."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=5)) as database:
        (form,) = database.execute("PRAGMA user_version").fetchone()
        if form > FORM:
            raise ConfigurationError.single(str(file), "was written by a newer gate: start that one, or remove it")
        (sound,) = database.execute("PRAGMA quick_check(1)").fetchone()
        if sound != "ok" or form < FORM:
            raise ValueError("the file is not whole")
        rows = "SELECT connection, caller, tool, pinned, withheld, rule, policy FROM pins ORDER BY rowid"
        return tuple(_shelves(database.execute(rows)))


def kept(file: Path) -> tuple[Shelf, ...]:
    """For people; `ConfigurationError` if it cannot be read."""
    try:
        return read(file) if file.exists() else ()
    except (sqlite3.Error, OSError, ValueError) as error:
        raise ConfigurationError.single(str(file), f"cannot be read: {error}") from error


def _replace(database: sqlite3.Connection, shelf: Shelf) -> None:
    connection, caller = shelf.shop[0], _bytes(shelf.shop[1])
    database.execute("DELETE FROM pins WHERE connection = ? AND caller = ?", (connection, caller))
    database.executemany("INSERT INTO pins VALUES (?, ?, ?, ?, ?, ?, ?)", _rows(shelf, connection, caller))


def _rows(shelf: Shelf, connection: str, caller: bytes) -> Iterator[Row]:
    for tool in dict.fromkeys((*shelf.pinned, *shelf.withheld)):
        kept = shelf.withheld.get(tool)
        why = (kept.digest, kept.rule, kept.policy) if kept else (None, None, None)
        yield connection, caller, _bytes(tool), shelf.pinned.get(tool), *why


def _shelves(rows: sqlite3.Cursor) -> Iterator[Shelf]:
    for (connection, caller), group in groupby(rows, lambda row: row[:2]):
        listed = [(_text(tool), *rest) for _, _, tool, *rest in group]
        yield Shelf(
            (connection, _text(caller)),
            {tool: pinned for tool, pinned, *_ in listed if pinned is not None},
            {tool: Withheld(digest, rule, policy) for tool, _, digest, rule, policy in listed if digest is not None},
        )


def _bytes(text: str) -> bytes:
    """A server's names may hold halves of surrogate pairs, which are no text to SQLite."""
    return text.encode("utf-8", "surrogatepass")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")
