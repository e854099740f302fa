"""Events that the database refuses, kept on disk with the reason, so that nothing is dropped and nothing waits.

Rules: a file of its own beside the spool, for the spool frees what the cursor has passed. Synced before it does.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from sidecar.core.evidence.event import Event
from sidecar.record.spool_file import connected

NAME = "set_aside.sqlite"
TABLE = """
CREATE TABLE IF NOT EXISTS set_aside (
  chain TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL,
  previous BLOB NOT NULL, hash BLOB NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (chain, seq))
"""


def put(folder: Path, event: Event, reason: str) -> None:
    with closing(_opened(folder)) as connection:
        row = (event.chain, event.seq, event.at, event.kind, event.body, event.previous, event.hash, reason)
        connection.execute("INSERT OR REPLACE INTO set_aside VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def kept(folder: Path) -> Iterator[tuple[Event, str]]:
    """What was set aside, oldest first, each with why."""
    if not (folder / NAME).exists():
        return
    with closing(_opened(folder)) as connection:
        for *event, reason in connection.execute("SELECT * FROM set_aside ORDER BY at, chain, seq").fetchall():
            yield Event(*event), reason


def any_kept(folder: Path) -> bool:
    """Most gates never set anything aside, and have no such file."""
    return next(kept(folder), None) is not None


def strike(folder: Path, events: Sequence[Event]) -> None:
    """They are in the database now."""
    if not events:
        return
    with closing(_opened(folder)) as connection:
        names = [(event.chain, event.seq) for event in events]
        connection.executemany("DELETE FROM set_aside WHERE chain = ? AND seq = ?", names)


def _opened(folder: Path) -> sqlite3.Connection:
    connection = connected(folder / NAME)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(TABLE)
    return connection
