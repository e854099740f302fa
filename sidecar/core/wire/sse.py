"""An event stream (text/event-stream), cut anywhere, to events that keep their exact bytes, and back.

Strategy: an event ends at a blank line; one atomic regex finds it. Bytes stay bytes until an event is whole.

Rules:
- Lines end in LF, CR or CRLF and in nothing else: U+2028 and U+0085 are text (`str.splitlines` would cut there).
- The raw bytes of all events, and of what `flush` returns, are the input.
- Any cut gives the same events. So a CR at the end of what has arrived waits: an LF may follow that belongs to it.
- Bytes that are not UTF-8 become lone surrogates in `data`, so that nobody mistakes them for text they are not.
- After a `Refused` the reader is dead: it refuses everything that follows.
"""

import re
from dataclasses import dataclass, field

from sidecar.core.errors import Code, Refused

_END = rb"(?>\r\n|\r|\n)"
_LINE_END = re.compile(_END)
_BLANK_LINE = re.compile(_END + _END)
# How nearly every event is written: read in one step, a third of the time of a loop over lines.
_USUAL = re.compile(rb"event: ([^\r\n]*)\ndata: ([^\r\n]*)\n\n")
_BOM = b"\xef\xbb\xbf"

# A whole document can stand in one event (a fetched page or PDF as a result block): larger ones than this were never
# seen, and memory for one stream must have an end.
MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SseEvent:
    """`raw`: the exact bytes, the blank line included. A block of comments or of nothing is an event without fields,
    and so is a byte order mark. What an event says is not in its `repr`."""

    raw: bytes = field(repr=False)
    event: str = ""
    data: str = field(default="", repr=False)


class SseReader:
    """Feed it bytes; it gives the events that are whole."""

    def __init__(self, limit: int = MOST_BYTES) -> None:
        self._limit = limit
        self._buffer = bytearray()  # grows in place: a large event comes in thousands of chunks
        self._searched = 0  # no event ends before this offset
        self._first = True
        self._dead: Refused | None = None

    def feed(self, chunk: bytes, *, end: bool = False) -> tuple[SseEvent, ...]:
        """The events that this chunk completes. `end`: no byte follows, so a last CR needs no waiting.

        An event (or what there is of one) larger than the limit is `Refused` with 502."""
        if self._dead is not None:
            raise self._dead
        self._buffer += chunk
        events: list[SseEvent] = []
        start = largest = 0
        if self._first and len(self._buffer) >= len(_BOM):
            self._first = False
            if self._buffer.startswith(_BOM):
                events.append(SseEvent(_BOM))
                start = len(_BOM)
        while (stop := self._block_end(start, end)) is not None:
            largest = max(largest, stop - start)
            events.append(_event(bytes(self._buffer[start:stop])))
            start = self._searched = stop
        del self._buffer[:start]
        self._searched -= start
        if largest > self._limit or len(self._buffer) > self._limit:
            self._dead = Refused(502, Code.API, f"The answer holds an event of more than {self._limit} bytes.")
            raise self._dead
        return tuple(events)

    def flush(self) -> bytes:
        """The bytes that never became a whole event."""
        rest, self._searched = bytes(self._buffer), 0
        self._buffer.clear()
        return rest

    def _block_end(self, start: int, end: bool) -> int | None:
        buffer = self._buffer
        found = _LINE_END.match(buffer, start) or _BLANK_LINE.search(buffer, max(start, self._searched))
        if found is None:
            # The last byte may be the line end before the blank line.
            self._searched = max(start, len(buffer) - 1)
            return None
        stop = found.end()
        if stop == len(buffer) and buffer[stop - 1] == 0x0D and not end:
            self._searched = found.start()
            return None
        return stop


def _event(raw: bytes) -> SseEvent:
    if usual := _USUAL.fullmatch(raw):
        name, data = usual.groups()
        return SseEvent(raw, name.decode(errors="surrogateescape"), data.decode(errors="surrogateescape"))
    return _event_of_lines(raw, _LINE_END.split(raw))


def _event_of_lines(raw: bytes, lines: list[bytes]) -> SseEvent:
    name, data = "", []
    for line in lines:
        field, _, value = line.partition(b":")
        if field == b"data":
            data.append(value.removeprefix(b" "))
        elif field == b"event":
            name = value.removeprefix(b" ").decode(errors="surrogateescape")
    return SseEvent(raw, name, b"\n".join(data).decode(errors="surrogateescape"))


def data_bytes(event: SseEvent) -> bytes:
    """The data as it came."""
    return event.data.encode(errors="surrogateescape")


def with_data(event: SseEvent, json_bytes: bytes) -> bytes:
    """The same event with other data; every other line, the line ends and the space after the colon stay."""
    lines = re.split(b"(" + _END + b")", event.raw)
    written, done = [], False
    for line, ending in zip(lines[::2], [*lines[1::2], b""], strict=True):
        if not (line == b"data" or line.startswith(b"data:")):
            written += [line, ending]
        elif not done:
            done = True
            prefix = b"data: " if line.startswith(b"data: ") else b"data:"
            # A line end inside the data would end its line: each line of it gets its own prefix.
            written += [prefix + part + ending for part in _LINE_END.split(json_bytes)]
    if not done:
        raise ValueError("this event has no data line to replace")
    return b"".join(written)


def event_bytes(name: str, data: bytes) -> bytes:
    """An event of our own. `data` is one line."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), data)
