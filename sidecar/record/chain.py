"""The living end of a chain: what the next event hangs on, and what the next checkpoint covers.

Rules:
- It grows only when its events are on disk: a writer works on a copy, and the copy takes over after the commit.
- Time never goes back within a chain. A clock that jumps back leaves events with the time of the one before.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from sidecar.core.evidence.checkpoint import FOR_EVER, Checkpoint, Keeping, signed
from sidecar.core.evidence.event import NOTHING_BEFORE, Event, assembled, canonical, written
from sidecar.core.evidence.merkle import Frontier
from sidecar.record.entry import Entry
from sidecar.record.keys import Signer
from sidecar.record.moment import written_at

# As the spool's table has it: id, chain, seq, at, kind, previous, hash, body.
Row = tuple[int, str, int, str, str, bytes, bytes, bytes]


class Chain:
    """`uncovered` counts the events since the last checkpoint."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seq = 0
        self.hash = NOTHING_BEFORE
        self.uncovered = 0
        self._at = ""
        self._tree = Frontier()

    @property
    def tail(self) -> dict[str, object] | None:
        """What the first event of the next chain says of this one."""
        if not self.seq:
            return None
        return {"chain": self.name, "seq": self.seq, "hash": self.hash.hex(), "at": self._at}

    def copy(self) -> "Chain":
        other = Chain(self.name)
        other.seq, other.hash, other.uncovered, other._at = self.seq, self.hash, self.uncovered, self._at
        other._tree = self._tree.copy()
        return other

    def add(self, kind: str, at: str, fact: bytes) -> Event:
        """The next event, of a fact in canonical JSON."""
        self._at = max(self._at, at)
        event = assembled(self.hash, self.name, self.seq + 1, self._at, kind, fact)
        self.seq, self.hash = event.seq, event.hash
        self._tree.append(event.hash)
        self.uncovered += 1
        return event

    def grow(self, entries: Iterable[Entry], number: int) -> list[Row]:
        """The next events as rows, the first with this id: without an object for each, they cost half."""
        rows: list[Row] = []
        name, seq, previous, at = self.name, self.seq, self.hash, self._at
        for entry in entries:
            at, seq = max(at, written_at(entry.at)), seq + 1
            body = written(b'"%b"' % at.encode(), name, entry.kind, entry.fact, seq)
            digest = sha256(previous + body).digest()
            rows.append((number, name, seq, at, entry.kind, previous, digest, body))
            previous, number = digest, number + 1
        self.uncovered += len(rows)
        self.seq, self.hash, self._at = seq, previous, at
        self._tree.extend(row[6] for row in rows)
        return rows

    def stated(self, kind: str, at: str, fact: Mapping[str, object]) -> Event:
        return self.add(kind, at, canonical(fact))

    def checkpoint(self, signer: Signer, at: str, keeping: Keeping = FOR_EVER) -> tuple[Event, Checkpoint]:
        """A signed statement about all events so far, and the event that it is."""
        made = signed(
            signer.private,
            chain=self.name,
            count=self.seq,
            last_hash=self.hash,
            root=self._tree.root(),
            at=max(self._at, at),
            keeping=keeping,
        )
        event = self.stated("checkpoint", at, made.fact)
        self.uncovered = 0
        return event, made
