"""The spool's SQLite file: its tables, how it is opened, and what happens when it is not what it was.

Strategy: one process writes (a lock file says which), any number read. Write-ahead log, so that readers never wait for
the writer; our own checkpoints of that log, so that none falls into a commit that a call waits for.

Rules:
- A file that SQLite cannot trust is moved aside whole, kept, and said aloud; the gate starts with an empty one. Nobody
  repairs evidence.
- `synchronous=FULL` in strict: a commit returns when the log is on disk. `NORMAL` in relaxed: it survives kill -9, and
  after a power cut the last moments may be missing.
- The ids of a fresh file begin above those of any file before: a reader's cursor never skips what is new.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.event import Event, chained
from sidecar.settings.values import Durability

NAME = "spool.sqlite"
VERSION = 1
SCHEMA = """
CREATE TABLE events (
  id INTEGER PRIMARY KEY, chain TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL,
  previous BLOB NOT NULL, hash BLOB NOT NULL, body BLOB NOT NULL, UNIQUE (chain, seq));
CREATE TABLE parts (digest BLOB PRIMARY KEY, event INTEGER NOT NULL, stored REAL NOT NULL, data BLOB);
CREATE INDEX parts_held ON parts (event) WHERE data IS NOT NULL;
CREATE INDEX parts_delivered ON parts (stored) WHERE data IS NULL;
CREATE TABLE checkpoints (id INTEGER PRIMARY KEY, line BLOB NOT NULL);
CREATE TABLE state (key TEXT PRIMARY KEY, value);
"""
LAST = "SELECT id, chain, seq, at, kind, body, previous, hash FROM events ORDER BY id DESC LIMIT 1"
# Milliseconds that a reader's short write (its cursor) may hold us up; then the disk has a problem, not the lock.
BUSY = 5_000
# Reading every page takes about 2 ms a MiB: above this a start would take seconds, and only the tail is checked.
CHECKED_WHOLE = 64 << 20
LOG_KEPT = 16 << 20
SYNCHRONOUS = {Durability.STRICT: "FULL", Durability.RELAXED: "NORMAL"}


class Damaged(Exception):  # noqa: N818  (named for what is the matter)
    """The file stands there and cannot be trusted."""


def opened(folder: Path, durability: Durability) -> sqlite3.Connection:
    """For the one who writes. Raises `Damaged`, or `sqlite3.Error` when it is the disk's fault."""
    path = folder / NAME
    connection = connected(path)
    try:
        # A file that is there is only read until it is found sound: it is evidence.
        fresh = connection.execute("PRAGMA user_version").fetchone()[0] == 0
        if fresh:
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")  # counts only before the first table
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={SYNCHRONOUS[durability]}")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute(f"PRAGMA journal_size_limit={LOG_KEPT}")
        _with_tables(connection, path)
        _sound(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        if damage(error):
            raise Damaged(str(error)) from error
        raise
    except BaseException:
        connection.close()
        raise
    return connection


def connected(path: Path) -> sqlite3.Connection:
    """As a reader has it: `path` is there, or is made empty and private."""
    # Only a file that nobody can have open yet: closing any descriptor of a file gives up all POSIX locks that this
    # process holds on it, SQLite's too. Then whoever closes the file elsewhere takes itself for the last one, and
    # removes the log from under us.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout={BUSY}")
    return connection


@contextmanager
def told() -> Iterator[None]:
    """For whoever only reads: what is the matter with the file is a sentence. It is left as it is."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        kept = "; nothing was changed: a gate that starts here keeps the file aside, and begins a new one"
        said = f"the spool's file is damaged ({error}){kept}" if damage(error) else f"the spool cannot be read: {error}"
        raise ConfigurationError.single(NAME, said) from error


def damage(error: sqlite3.Error) -> bool:
    """Whether it says that the file is broken, and not that the disk is."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    # A header with another number in it has no code of its own.
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or str(error) == "unsupported file format"


def last(connection: sqlite3.Connection) -> tuple[int, Event] | None:
    row = connection.execute(LAST).fetchone()
    return (row[0], Event(*row[1:])) if row else None


def moved_aside(folder: Path, stamp: str) -> Path:
    """The damaged file with its log, in a folder of its own beside the new one."""
    aside = folder / f"damaged-{stamp.replace(':', '')}"
    aside.mkdir(mode=0o700, exist_ok=True)
    for name in (NAME, f"{NAME}-wal", f"{NAME}-shm"):
        if (folder / name).exists():
            (folder / name).rename(aside / name)
    return aside


class Lock:
    """Held by the one who writes. The kernel frees it when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / "spool.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            who = os.pread(self._file, 20, 0).decode("ascii", "replace") or "unknown"
            os.close(self._file)
            said = f"another gate (process {who}) writes its record here; give each its own folder in record.spool"
            raise ConfigurationError.single(str(folder), said) from error
        os.ftruncate(self._file, 0)
        # What it says is only for the sentence above; on a full disk it says nothing.
        with suppress(OSError):
            os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def free(self) -> None:
        os.close(self._file)


def _with_tables(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        connection.executescript(f"BEGIN IMMEDIATE;{SCHEMA}PRAGMA user_version={VERSION};COMMIT;")
    elif version != VERSION:
        said = f"a newer Gatehouse wrote this spool (version {version}, this one knows {VERSION}): start that one"
        raise ConfigurationError.single(str(path), said)


def _sound(connection: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size <= CHECKED_WHOLE:
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if said != "ok":
            raise Damaged(said)
    found = last(connection)
    if found and not _fits(found[1]):
        raise Damaged("the last event is not what its hash says")


def _fits(event: Event) -> bool:
    # SQLite keeps any type in any column: what someone edited may be a text now.
    as_written = isinstance(event.body, bytes) and isinstance(event.previous, bytes)
    return as_written and event.hash == chained(event.previous, event.body)
