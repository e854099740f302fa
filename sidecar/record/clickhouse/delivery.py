"""One batch into the database, so that every event is there exactly once whatever happened before.

Strategy: an insert is one partition and one block, so the database takes all of it or nothing, under a token made of
the hashes in it: the same insert again is dropped there. The next batch of a run that went well is simply sent. After
any doubt (an error, a time-out, a new life) the database is asked first which of the events it has, and only the
others are sent; what it has is shaped again, because the answer that got lost may have been an error in between.

Rules:
- Parts go before the events that name them.
- A yes is believed when the events are there: one question a batch, answered by the primary key.
- What is refused because of what stands in it is halved until the one event is found; that one is set aside. If all of
  a larger batch is refused, it is not the events: nothing is set aside, and trying goes on.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from clickhouse_connect.driver.client import Client

from sidecar.core.evidence.event import Event
from sidecar.record.clickhouse import rows
from sidecar.record.clickhouse.place import Place, Trouble, told
from sidecar.record.clickhouse.render import Shape, shapes

Parts = Sequence[tuple[str, bytes]]
SetAside = Callable[[Event, str], None]
SOME = "(SELECT * FROM events WHERE chain = {chain:String} AND seq BETWEEN {first:UInt64} AND {last:UInt64})"
PROBED = 1_000
PART_BYTES = 8 << 20  # of one insert; a part may be larger than that on its own
# Materialised views that fail must fail the insert, and a Distributed table must not say yes before its shards did.
# An asynchronous insert would be acknowledged without the token's promise.
# Lines of one key are merged in the background and by FINAL: while inserting it is a third of all the work.
SETTINGS = {
    "async_insert": 0,
    "insert_deduplicate": 1,
    "distributed_foreground_insert": 1,
    "optimize_on_insert": 0,
}


class Silence(Trouble):
    """A yes that was none. It may be the rows: an embedded engine does not tell of all that it refuses."""

    @property
    def about_the_data(self) -> bool:
        return True


class AllRefused(Trouble):
    """More than one event, and none was taken: it is more likely the database than all of them."""


class Delivery:
    """For one connection."""

    def __init__(self, client: Client, place: Place, set_aside: SetAside) -> None:
        self._client = client
        self._place = place
        self._set_aside = set_aside
        self._shapes = shapes()
        self._again_by_name: dict[str, str] = {}

    def deliver(self, events: Sequence[Event], parts: Parts, doubtful: bool) -> int:
        """How many events were set aside. Raises `Trouble`, after which nothing is known."""
        self._parts(parts, events)
        refused: list[tuple[Event, Trouble | rows.Unfit]] = []
        self._some(events, doubtful, refused)
        if len(refused) == len(events) > 1 and all(isinstance(why, Trouble) for _, why in refused):
            raise AllRefused(f"the database refuses every event: {refused[0][1]}")
        for event, why in refused:
            self._set_aside(event, str(why))
        return len(refused)

    def _parts(self, parts: Parts, events: Sequence[Event]) -> None:
        """A part twice is one part: the table is ordered by their names."""
        at = max((event.at for event in events), default="")
        batch, size = list[tuple[str, bytes]](), 0
        for name, data in parts:
            batch.append((name, data))
            size += len(data)
            if size >= PART_BYTES:
                self._insert("parts", rows.PARTS, rows.PART_TYPES, rows.part_columns(batch, at), "")
                batch, size = [], 0
        if batch:
            self._insert("parts", rows.PARTS, rows.PART_TYPES, rows.part_columns(batch, at), "")

    def _some(self, events: Sequence[Event], doubtful: bool, refused: list[tuple[Event, Trouble | rows.Unfit]]) -> None:
        try:
            self._all(events, doubtful)
        except (Trouble, rows.Unfit) as why:
            if isinstance(why, Trouble) and not why.about_the_data:
                raise
            if len(events) == 1:
                refused.append((events[0], why))
                return
            if len(events) > PROBED:
                self._probe(events)
            half = len(events) // 2
            # Of a batch of several months some may be in already.
            self._some(events[:half], True, refused)
            self._some(events[half:], True, refused)

    def _probe(self, events: Sequence[Event]) -> None:
        """Before thousands are tried one by one: a database that takes none of a few, taken all over, takes none."""
        last: Trouble | None = None
        for event in events[:: len(events) // 8]:
            try:
                self._all([event], True)
            except rows.Unfit:
                continue
            except Trouble as why:
                if not why.about_the_data:
                    raise
                last = why
            else:
                return
        if last is not None:
            raise AllRefused(f"the database refuses whatever it is sent: {last}")

    def _all(self, events: Sequence[Event], doubtful: bool) -> None:
        missing = self._missing(events) if doubtful else events
        for month in rows.months(missing):
            self._insert("events", rows.EVENTS, rows.EVENT_TYPES, month.columns, month.token)
        if lost := self._missing(missing):
            raise Silence(f"{self._place.address}: it said yes, and {len(lost)} of {len(missing)} events are not there")
        if doubtful and len(missing) < len(events):
            self._shape(events)

    def _missing(self, events: Sequence[Event]) -> Sequence[Event]:
        if self._all_there(events):
            return []
        there = {(chain, seq) for chain, seqs in _ranges(events) for seq in self._there(chain, *seqs)}
        return [event for event in events if (event.chain, event.seq) not in there]

    def _all_there(self, events: Sequence[Event]) -> bool:
        """A batch is whole stretches of chains, so that a number says it: one answer instead of thousands of rows."""
        counted = Counter(event.chain for event in events)
        return all(
            counted[chain] == last - first + 1 == self._counted(chain, first, last)
            for chain, (first, last) in _ranges(events)
        )

    def _counted(self, chain: str, first: int, last: int) -> int:
        question = (
            "SELECT uniqExact(seq) FROM events"
            " WHERE chain = {chain:String} AND seq BETWEEN {first:UInt64} AND {last:UInt64}"
        )
        with told(self._place.address):
            found = self._client.query(question, {"chain": chain, "first": first, "last": last})
            return int(found.result_rows[0][0])

    def _there(self, chain: str, first: int, last: int) -> list[int]:
        question = (
            "SELECT seq FROM events WHERE chain = {chain:String} AND seq BETWEEN {first:UInt64} AND {last:UInt64}"
        )
        with told(self._place.address):
            found = self._client.query(question, {"chain": chain, "first": first, "last": last})
            return list(found.result_columns[0]) if found.row_count else []

    def _shape(self, events: Sequence[Event]) -> None:
        """Once more what the materialised views do; the tables keep the same rows."""
        for chain, (first, last) in _ranges(events):
            given = {"chain": chain, "first": first, "last": last}
            with told(self._place.address):
                for shape in self._shapes:
                    self._client.command(self._again(shape), parameters=given, settings=SETTINGS)

    def _again(self, shape: Shape) -> str:
        """A view puts each column where its name is; a plain insert goes by their order, so it names them."""
        if shape.name not in self._again_by_name:
            rows = self._client.query(f"DESCRIBE TABLE ({shape.select})").result_rows
            names = ", ".join(row[0] for row in rows)
            select = shape.select.replace("FROM events", f"FROM {SOME}")
            self._again_by_name[shape.name] = f"INSERT INTO {shape.target} ({names}) {select}"
        return self._again_by_name[shape.name]

    def _insert(
        self, table: str, names: Sequence[str], types: Sequence[str], columns: rows.Columns, token: str
    ) -> None:
        settings = SETTINGS | ({"insert_deduplication_token": token} if token else {})
        with told(self._place.address):
            self._client.insert(
                table,
                columns,
                column_names=list(names),
                column_type_names=list(types),
                column_oriented=True,
                settings=settings,
            )


def _ranges(events: Sequence[Event]) -> list[tuple[str, tuple[int, int]]]:
    found: dict[str, tuple[int, int]] = {}
    for event in events:
        first, last = found.get(event.chain, (event.seq, event.seq))
        found[event.chain] = min(first, event.seq), max(last, event.seq)
    return list(found.items())
