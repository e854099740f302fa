"""Events and parts as columns, which is how the database takes them fastest."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b

from sidecar.core.evidence.event import Event

EVENTS = ("chain", "seq", "at", "kind", "previous", "hash", "body")
EVENT_TYPES = (
    "String",
    "UInt64",
    "DateTime64(6, 'UTC')",
    "String",
    "FixedString(32)",
    "FixedString(32)",
    "String",
)
PARTS = ("digest", "data", "stored")
PART_TYPES = ("FixedString(32)", "String", "DateTime('UTC')")
MOST_SECONDS = 4_294_967_295  # what a DateTime of ClickHouse can say
Columns = Sequence[Sequence[object]]


class Unfit(Exception):  # noqa: N818  (named for what is the matter)
    """No row can be made of it."""


@dataclass(slots=True)
class Month:
    """The events of one month, which is one partition, and so one insert: all of it or nothing."""

    events: list[Event] = field(default_factory=list)
    columns: list[list[object]] = field(default_factory=lambda: [[] for _ in EVENTS])

    @property
    def token(self) -> str:
        """The same events have the same name: the database drops what it got before under that name."""
        name = blake2b(digest_size=16)
        for event in self.events:
            name.update(event.hash)
        return f"{name.hexdigest()}-{len(self.events)}"


def months(events: Iterable[Event]) -> Iterator[Month]:
    """Raises `Unfit` for an event that the table cannot hold."""
    found: dict[str, Month] = {}
    for event in events:
        month = found.setdefault(event.at[:7], Month())
        row = (event.chain, event.seq, microseconds(event.at), event.kind, event.previous, event.hash, event.body)
        if len(event.previous) != 32 or len(event.hash) != 32 or not 0 <= event.seq < 1 << 64:
            raise Unfit("its hashes or its number are not what such an event has")
        month.events.append(event)
        for column, value in zip(month.columns, row, strict=True):
            column.append(value)
    yield from found.values()


def microseconds(at: str) -> int:
    """Since 1970. Raises `Unfit` for what is no time."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise Unfit("its time is none") from error
    if moment.tzinfo is None or not 1970 <= moment.year < 2106:
        raise Unfit("its time is none that the table holds")
    passed = moment - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def part_columns(parts: Sequence[tuple[str, bytes]], at: str) -> Columns:
    stored = min(microseconds(at) // 1_000_000, MOST_SECONDS)
    return [bytes.fromhex(name) for name, _ in parts], [data for _, data in parts], [stored] * len(parts)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
