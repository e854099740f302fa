"""What goes next: the events after the cursor, as many as make a good insert, with the parts that come with them.

Rules:
- How far a batch goes is noted in the spool before it is sent. Who comes after a crash sends the same batch, under the
  same token, so that an insert that was still under way then is not taken twice.
- A batch is bounded in events and in bytes: it is held in memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sidecar.core.evidence.event import Event
from sidecar.record.reader import SpoolReader

# Each insert makes a part of every table, which is merged with others later: few large ones cost least.
MOST_EVENTS = 40_000
MOST_BYTES = 16 << 20
STEP = 1_000
SENDING = "shipping"


@dataclass(frozen=True, slots=True)
class Batch:
    """`upto`: where the cursor stands once it is delivered."""

    after: int
    upto: int
    events: Sequence[Event] = field(repr=False)
    parts: Sequence[tuple[str, bytes]] = field(repr=False)


def following(reader: SpoolReader, most_events: int = MOST_EVENTS, most_bytes: int = MOST_BYTES) -> Batch | None:
    """The next batch, noted as being sent; nothing if there is nothing."""
    cursor = reader.cursor()
    begun = int(reader.said(SENDING) or 0)
    if begun <= cursor:
        batch = ahead(reader, cursor, most_events, most_bytes)
    else:
        batch = _made(reader, cursor, list(_until(reader, cursor, begun)))
    if batch is not None:
        note(reader, batch)
    return batch


def ahead(
    reader: SpoolReader, after: int, most_events: int = MOST_EVENTS, most_bytes: int = MOST_BYTES
) -> Batch | None:
    """What will be next once everything up to there is delivered. Nobody is told: it is only read."""
    return _made(reader, after, list(_some(reader, after, most_events, most_bytes)))


def note(reader: SpoolReader, batch: Batch) -> None:
    """It is about to be sent."""
    if batch.upto != int(reader.said(SENDING) or 0):
        reader.say(SENDING, batch.upto)


def _made(reader: SpoolReader, after: int, found: Sequence[tuple[int, Event]]) -> Batch | None:
    if not found:
        return None
    upto = found[-1][0]
    return Batch(after, upto, [event for _, event in found], reader.parts_between(after, upto))


def _until(reader: SpoolReader, cursor: int, upto: int) -> Iterator[tuple[int, Event]]:
    while found := reader.after(cursor, STEP):
        yield from ((number, event) for number, event in found if number <= upto)
        cursor = found[-1][0]
        if cursor >= upto:
            return


def _some(reader: SpoolReader, cursor: int, most_events: int, most_bytes: int) -> Iterator[tuple[int, Event]]:
    count = size = 0
    while found := reader.after(cursor, min(STEP, most_events - count)):
        for number, event in found:
            yield number, event
            count, size = count + 1, size + len(event.body)
            if count >= most_events or size >= most_bytes:
                return
        cursor = found[-1][0]
