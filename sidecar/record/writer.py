"""Puts facts into the spool's file: event, hash, sequence and parts in one transaction, checkpoints among them.

Strategy: used by one thread. A batch is made on a copy of the chain; when it is on disk, the copy takes over. What can
wait (checkpoints by time, the write-ahead log, freeing what was delivered) is done between batches, in small steps.

Rules:
- After a failed commit the file decides what is in it: where its tail is not the one we know, a new chain begins there.
- A file that was deleted, replaced or damaged is not written to: a fresh one begins, and its first event says so.
- The last event stays, also when it was delivered: the next chain hangs on it.
- A part whose bytes were freed is remembered by its digest for a day, so that it is not stored and sent again.
"""

import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from itertools import chain as chain_of
from pathlib import Path

import zstandard

from sidecar.core.evidence.event import Event, canonical
from sidecar.record import spool_file
from sidecar.record.chain import Chain, Row
from sidecar.record.entry import Entry, Life
from sidecar.record.freeing import free
from sidecar.record.known import Known
from sidecar.record.moment import written_at
from sidecar.settings.values import Durability
from sidecar.telemetry.log import EventLog

log = EventLog("record")
ROW = 250  # bytes that a row takes besides its body: hashes, times, its place in two indexes
LOG_BYTES = 4 << 20  # of new data, after which the write-ahead log goes into the file: a tenth of a second of disk


# Of one statement: the interpreter's lock is given away for each of them, and while a call computes, it takes up to
# 5 ms to come back.
MOST_ROWS = 64

flattened = chain_of.from_iterable


class Writer:
    """Open from the start, with the first event of a new chain on disk."""

    def __init__(self, folder: Path, durability: Durability, life: Life) -> None:
        self._folder = folder
        self._durability = durability
        self._life = life
        self._signer = life.keys.current()
        self._compress = zstandard.ZstdCompressor(level=3).compress
        self._known = Known()
        self._chain = Chain("")
        self._next = 1
        self._since_log = 0
        self._doubtful = False
        self._held: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._tail: dict[str, object] | None = None
        self._trouble: str | None = None
        self.used = 0  # bytes
        self.checkpoints = 0  # made in this life
        try:
            self._open()
        except BaseException:
            self.abandon()
            raise

    @property
    def chain(self) -> Chain:
        return self._chain

    def knows(self, part: bytes) -> bool:
        """Whether the file is known to have it; from any thread."""
        return part in self._known

    def write(self, batch: Sequence[Entry]) -> None:
        """All or nothing. Raises `sqlite3.Error` or `OSError`."""
        self._in_a_sound_file(lambda: self._commit(batch))

    def checkpoint(self) -> None:
        """State what was not stated yet."""
        if self._chain.uncovered:
            self._in_a_sound_file(lambda: self._commit((), checkpoint=True))

    def tidy(self) -> None:
        """What nobody waits for, a small step of it."""
        self._in_a_sound_file(self._tidied)

    def close(self) -> None:
        """The chain's last events, and everything in the one file."""
        last = Entry("chain_closed", self._life.clock(), b"{}")
        self._in_a_sound_file(lambda: self._commit([last], checkpoint=True))
        self._log_into_file("TRUNCATE")
        self.abandon()

    def abandon(self) -> None:
        """Close what can be closed; the next life sees what is there."""
        if self._held is not None:
            self._held.close()
        self._held = self._file = None

    def _in_a_sound_file(self, work: Callable[[], None]) -> None:
        self._settle()
        try:
            work()
        except sqlite3.DatabaseError as error:
            if not spool_file.damage(error):
                raise
            self._set_aside(str(error))
            self._settle()
            work()

    def _tidied(self) -> None:
        if self._since_log >= LOG_BYTES:
            self._log_into_file("PASSIVE")
        if free(self._connection, self._life.clock()):
            self._known.clear()
        self.used = self._measured()

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._held is None:
            raise sqlite3.OperationalError("the spool's file is not open")
        return self._held

    # --- one transaction ------------------------------------------------------------------------------------------

    def _commit(self, batch: Sequence[Entry], checkpoint: bool = False) -> None:
        chain, rows, stated = self._chain.copy(), list[Row](), list[tuple[int, bytes]]()
        # Of each part the id of the event that first names it.
        named: dict[bytes, tuple[int, bytes]] = {}
        done = 0
        while done < len(batch):
            some = batch[done : done + self._life.checkpoint_events - chain.uncovered]
            self._name(some, self._next + len(rows), named)
            rows += chain.grow(some, self._next + len(rows))
            done += len(some)
            if chain.uncovered >= self._life.checkpoint_events:
                self._state(chain, rows, stated)
        if checkpoint and chain.uncovered:
            self._state(chain, rows, stated)
        parts = self._known.fresh(named, self._connection) if named else {}
        self._insert(rows, parts, stated)
        self._chain, self._next, self._tail = chain, self._next + len(rows), chain.tail
        self.checkpoints += len(stated)
        self._known.add(parts)

    def _name(self, batch: Sequence[Entry], number: int, named: dict[bytes, tuple[int, bytes]]) -> None:
        for place, entry in enumerate(batch, start=number):
            if entry.parts:
                for name, data in entry.parts.items():
                    if name not in self._known:
                        named.setdefault(name, (place, data))

    def _insert(
        self, rows: Sequence[Row], parts: Mapping[bytes, tuple[int, bytes]], stated: Sequence[tuple[int, bytes]]
    ) -> None:
        now = self._life.clock()
        packed = [(name, number, now, self._compress(data)) for name, (number, data) in parts.items()]
        try:
            # A statement alone is its own transaction: each step fewer is a wait fewer for the interpreter's lock.
            if packed or stated or len(rows) > MOST_ROWS:
                self._connection.execute("BEGIN IMMEDIATE")
            for start in range(0, len(rows), MOST_ROWS):
                self._put(rows[start : start + MOST_ROWS])
            if packed:
                self._connection.executemany("INSERT OR IGNORE INTO parts VALUES (?, ?, ?, ?)", packed)
            if stated:
                self._connection.executemany("INSERT INTO checkpoints VALUES (?, ?)", stated)
            if self._connection.in_transaction:
                self._connection.execute("COMMIT")
        except BaseException:
            self._doubtful = True
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        written = sum(len(row[7]) for row in rows) + sum(len(row[3]) for row in packed)
        written += ROW * (len(rows) + len(packed))
        self._since_log += written
        self.used += written  # until it is measured again

    def _put(self, rows: Sequence[Row]) -> None:
        marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * len(rows))
        self._connection.execute(f"INSERT INTO events VALUES {marks}", tuple(flattened(rows)))  # noqa: S608

    def _state(self, chain: Chain, rows: list[Row], stated: list[tuple[int, bytes]]) -> None:
        now = written_at(self._life.clock())
        signer = self._life.keys.current()
        if signer.id != self._signer.id:
            told = signer.after(self._signer.id) or [
                {"from": self._signer.id, "to": signer.id, "public": signer.public}
            ]
            rows += [
                _row(self._next + len(rows) + n, chain.stated("key_rotated", now, one)) for n, one in enumerate(told)
            ]
            self._signer = signer
        event, made = chain.checkpoint(signer, now, self._life.keeping)
        stated.append((self._next + len(rows), made.line))
        rows.append(_row(self._next + len(rows), event))

    # --- the file -------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Before anything is written: it is still our file, and ends where we think it does."""
        if self._file is None:
            self._open()
        elif self._file != _identity(self._folder / spool_file.NAME):
            log.error("the spool's file was removed or replaced under the gate; a new one begins")
            self._trouble = "the file was removed or replaced while the gate ran"
            self._open()
        elif self._doubtful:
            found = spool_file.last(self._connection)
            if found is None or (found[1].chain, found[1].seq, found[1].hash) != _end(self._chain):
                self._open()
            self._doubtful = False

    def _set_aside(self, why: str) -> None:
        """The damaged file is kept; this life goes on in a fresh one."""
        self.abandon()
        aside = spool_file.moved_aside(self._folder, written_at(self._life.clock()))
        log.error("the spool's file is damaged: it is kept aside, and a new one begins", why=why, kept=aside)
        self._trouble = f"damaged: {why}; kept as {aside.name}"

    def _open(self) -> None:
        """A connection, and a new chain that hangs on the last event there is. Can be tried again when it failed."""
        self.abandon()
        try:
            self._held = spool_file.opened(self._folder, self._durability)
        except spool_file.Damaged as damaged:
            self._set_aside(str(damaged))
            self._held = spool_file.opened(self._folder, self._durability)
        found = spool_file.last(self._connection)
        before = _tail(found[1]) if found else self._tail
        # Microseconds: more than ever were counted from any beginning before.
        self._next = found[0] + 1 if found else max(self._next, int(self._life.clock() * 1_000_000))
        self._known.clear()
        self._chain = Chain(self._life.new_chain())
        self._signer = self._life.keys.current()
        self._commit([Entry("chain_opened", self._life.clock(), self._opening(before))])
        self._file, self._trouble = _identity(self._folder / spool_file.NAME), None
        self._doubtful = False
        self.used = self._measured()

    def _opening(self, before: object) -> bytes:
        fact: dict[str, object] = {
            "before": before,
            "gate": self._life.gate,
            "version": self._life.version,
            "keys": [{"id": self._signer.id, "public": self._signer.public}],
            "pledges": [dict(pledge) for pledge in self._signer.pledges],
            "anchors": list(self._life.anchors),
        }
        return canonical(fact | ({"trouble": self._trouble} if self._trouble else {}))

    def _log_into_file(self, how: str) -> None:
        # A reader in the middle of a look may keep a part of it in the log: it goes next time.
        self._connection.execute(f"PRAGMA wal_checkpoint({how})").fetchall()
        self._since_log = 0

    def _measured(self) -> int:
        pragma = (self._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in _SIZES)
        size, pages, unused = pragma
        return int(size * (pages - unused))


_SIZES = ("page_size", "page_count", "freelist_count")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        here = os.stat(path)
    except FileNotFoundError:
        return None
    return here.st_dev, here.st_ino


def _tail(event: Event) -> dict[str, object]:
    return {"chain": event.chain, "seq": event.seq, "hash": event.hash.hex(), "at": event.at}


def _end(chain: Chain) -> tuple[str, int, bytes]:
    return chain.name, chain.seq, chain.hash


def _row(number: int, event: Event) -> Row:
    return number, event.chain, event.seq, event.at, event.kind, event.previous, event.hash, event.body
