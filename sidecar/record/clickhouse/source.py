"""The record in the database, and after it what the spool still holds.

Rules:
- A gate may deliver while we read: where the spool begins later than the database ended, the database is asked again.
- The times are read as text, so that all six digits are compared.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from clickhouse_connect.driver.client import Client

from sidecar.core.evidence.anchored import Anchored
from sidecar.core.evidence.event import Event
from sidecar.record import spool_file
from sidecar.record.clickhouse import set_aside
from sidecar.record.clickhouse.place import connected, place, told
from sidecar.record.joined import Joined
from sidecar.record.sources import SpoolSource
from sidecar.settings.values import Record

COLUMNS = "chain, seq, concat(replaceOne(toString(at), ' ', 'T'), 'Z') AS told_at, kind, body, previous, hash"
BYTES: dict[str, str | dict[str, str]] = {"body": "bytes", "previous": "bytes", "hash": "bytes"}
ASKED = 500  # digests in one question


class DatabaseSource:
    """Faults of the database itself are `Trouble`."""

    def __init__(self, record: Record, only: frozenset[str] | None = None, spools: Joined | None = None) -> None:
        """`spools`: what may not be delivered yet, if it is more than the gate's own."""
        self._place = place(record)
        self.name = f"database {self._place.database}"
        self.whole = only is None
        self.begins: Mapping[str, int] = {}
        self._only = only
        self._client: Client = connected(self._place)
        there = (record.spool / spool_file.NAME).is_file()
        self._spool = spools or (SpoolSource(record.spool, only) if there else None)
        self._last: dict[str, int] = {}
        kept = set_aside.kept(record.spool)
        self.aside: Sequence[tuple[Event, str]] = [one for one in kept if only is None or one[0].chain in only]

    def total(self) -> int:
        with told(self._place.address):
            found = self._client.query(f"SELECT count() FROM events{self._where()}", self._given())  # noqa: S608
        return int(found.result_rows[0][0])

    def events(self) -> Iterator[Sequence[Event]]:
        """What was set aside stands where it belongs: the database refused it, and nothing of it is missing."""
        yield from with_aside(self._recorded(), [event for event, _ in self.aside])

    def _recorded(self) -> Iterator[Sequence[Event]]:
        self._last = {}
        yield from self._stored(self._where(), self._given())
        if self._spool is None:
            return
        for batch in self._spool.events():
            yield from self._beyond(batch)

    def absent(self, digests: frozenset[str]) -> Iterable[str]:
        missing: set[str] = set()
        ordered = sorted(digests)
        for start in range(0, len(ordered), ASKED):
            some = ordered[start : start + ASKED]
            query = "SELECT DISTINCT lower(hex(digest)) FROM parts WHERE hex(digest) IN {some:Array(String)}"
            with told(self._place.address):
                rows = self._client.query(query, {"some": [name.upper() for name in some]}).result_rows
            missing |= set(some) - {row[0] for row in rows}
        spool = self._spool
        return missing if spool is None else [name for name in missing if not spool.holds(name)]

    def fetch(self, digests: frozenset[str]) -> Mapping[str, bytes]:
        found: dict[str, bytes] = {} if self._spool is None else dict(self._spool.fetch(digests))
        ordered = sorted(digests - found.keys())
        wanted = "SELECT unhex(arrayJoin({some:Array(String)}))"
        query = f"SELECT lower(hex(digest)) AS name, data FROM parts WHERE digest IN ({wanted})"  # noqa: S608
        for start in range(0, len(ordered), ASKED):
            given = {"some": ordered[start : start + ASKED]}
            with told(self._place.address):
                rows = self._client.query(query, given, column_formats={"data": "bytes"}).result_rows
            found |= {row[0]: row[1] for row in rows}
        return found

    def parts(self) -> Iterator[tuple[str, bytes | None]]:
        query = "SELECT lower(hex(digest)) AS name, data FROM parts"
        with (
            told(self._place.address),
            self._client.query_row_block_stream(query, column_formats={"data": "bytes"}) as blocks,
        ):
            for block in blocks:
                yield from block
        if self._spool is not None:
            yield from self._spool.parts()

    def own(self) -> Sequence[Anchored]:
        return self._spool.own() if self._spool is not None else ()

    def _stored(self, where: str, given: Mapping[str, object]) -> Iterator[Sequence[Event]]:
        query = f"SELECT {COLUMNS} FROM events{where} ORDER BY chain, seq"  # noqa: S608
        with (
            told(self._place.address),
            self._client.query_row_block_stream(query, dict(given), column_formats=BYTES) as blocks,
        ):
            for block in blocks:
                batch = [Event(*row) for row in block]
                for event in batch:
                    self._last[event.chain] = event.seq
                if batch:
                    yield batch

    def _beyond(self, batch: Sequence[Event]) -> Iterator[Sequence[Event]]:
        """What the database did not have when we read it."""
        for event in batch:
            last = self._last.get(event.chain, 0)
            if event.seq > last + 1:
                given = {"chain": event.chain, "after": last}
                yield from self._stored(" WHERE chain = {chain:String} AND seq > {after:UInt64}", given)
                last = self._last.get(event.chain, 0)
            if event.seq > last:
                self._last[event.chain] = event.seq
                yield [event]

    def _where(self) -> str:
        return "" if self._only is None else " WHERE chain IN {only:Array(String)}"

    def _given(self) -> dict[str, object]:
        return {} if self._only is None else {"only": sorted(self._only)}


def with_aside(batches: Iterable[Sequence[Event]], aside: Iterable[Event]) -> Iterator[Sequence[Event]]:
    """Each of these events before the first later one of its chain; those that are in the batches are left out."""
    waiting: dict[str, deque[Event]] = defaultdict(deque)
    for event in sorted(aside, key=lambda one: one.seq):
        waiting[event.chain].append(event)
    for batch in batches:
        yield [one for event in batch for one in _before(waiting, event)] if waiting else batch
    yield from (list(rest) for rest in waiting.values() if rest)


def _before(waiting: Mapping[str, deque[Event]], event: Event) -> Iterator[Event]:
    ours = waiting.get(event.chain)
    while ours and ours[0].seq <= event.seq:
        one = ours.popleft()
        if one.seq < event.seq:
            yield one
    yield event
