"""Stored events by column, as they are read: where all of them fit, no object is made for any of them.

Strategy: a column is compared with what it should be in one go. A stretch that fits is known to fit event by event;
one that does not is looked at event by event by whoever asked.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from typing import overload

from sidecar.core.evidence.event import Event, around

_columns = attrgetter("chain", "seq", "at", "kind", "body", "previous", "hash")


@dataclass(frozen=True, slots=True)
class Rows(Sequence[Event]):
    """Events in their order; one that is asked for is made then."""

    chains: list[str]
    seqs: list[int]
    ats: list[str]
    kinds: list[str]
    bodies: list[bytes]
    previous: list[bytes]
    hashes: list[bytes]

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Rows":
        if isinstance(events, cls):
            return events
        return cls(*(tuple(map(list, zip(*map(_columns, events), strict=True))) or ([], [], [], [], [], [], [])))

    def __len__(self) -> int:
        return len(self.seqs)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> "Rows": ...
    def __getitem__(self, place: int | slice) -> "Event | Rows":
        if isinstance(place, slice):
            texts = self.chains[place], self.seqs[place], self.ats[place], self.kinds[place]
            return Rows(*texts, self.bodies[place], self.previous[place], self.hashes[place])
        column = self.chains[place], self.seqs[place], self.ats[place], self.kinds[place]
        return Event(*column, self.bodies[place], self.previous[place], self.hashes[place])

    def runs(self) -> Iterator["Rows"]:
        """Neighbours of one chain."""
        if self.chains and self.chains.count(self.chains[0]) == len(self):
            yield self
            return
        start = 0
        for _, same in groupby(self.chains):
            stop = start + sum(1 for _ in same)
            yield self[start:stop]
            start = stop


def smooth(rows: Rows, first: int, before: Container[bytes]) -> list[bytes] | None:
    """The hashes of a stretch of one chain, if each of its events is what it says, has the next number and hangs on
    the one before; nothing if one may not."""
    made = [sha256(link + body).digest() for link, body in zip(rows.previous, rows.bodies, strict=True)]
    fits = (
        rows.chains.count(rows.chains[0]) == len(made)
        and made == rows.hashes
        and rows.seqs == list(range(first, first + len(made)))
        and rows.previous[0] in before
        and rows.previous[1:] == made[:-1]
        and _agree(rows)
    )
    return made if fits else None


def _agree(rows: Rows) -> bool:
    """Whether columns and bodies say the same: the names of a body stand in a fixed order, the fact in the middle."""
    ends = {kind: around(rows.chains[0], kind) for kind in set(rows.kinds)}
    columns = zip(rows.ats, rows.kinds, rows.seqs, rows.bodies, strict=True)
    front = b'{"at":"'
    return all(
        body.startswith(front + at.encode(errors="replace") + b'"' + ends[kind][0])
        and body.endswith(ends[kind][1] + b"%d}" % seq)
        for at, kind, seq, body in columns
    )
