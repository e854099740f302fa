"""The events of a streamed answer, one after the other, to what happens in them.

Strategy: the event's JSON says its type; a table has a reader for each. The reader of the stream remembers only which
blocks are open and of what kind, so that a delta's words get their place.

Rules:
- A known event that is malformed, or comes where it cannot (a delta of no block, a second start), is `Malformed`, and
  so is everything after it: the agent might put it together in another way than we did.
- Blocks come one after the other, each under its place in the message, which begins empty. Clients differ in whether
  they go by the index, by the order, or by the block that began last; here all of them see the same.
- The name of an event and the type in its data must agree, because clients differ in which of them they believe; a
  known type without a name too, because some would skip it.
- An unknown event is `Other` and an unknown delta `WholeDelta`: both pass, with all their strings in view.
"""

from collections.abc import Callable

from sidecar.core.errors import Refused
from sidecar.core.model.piece import Text
from sidecar.core.model.place import Place
from sidecar.core.wire.claude.answer import read_usage, word
from sidecar.core.wire.claude.blocks import THINKING, Blocks, is_call
from sidecar.core.wire.claude.events import (
    block_start,
    block_stop,
    error_event,
    input_json_delta,
    message_delta,
    message_stop,
    ping,
    text_delta,
    thinking_delta,
)
from sidecar.core.wire.claude.gather import Cursor
from sidecar.core.wire.claude.happening import (
    BlockStarted,
    BlockStopped,
    Delta,
    Errored,
    Happening,
    InputDelta,
    Malformed,
    MessageDelta,
    MessageStarted,
    MessageStopped,
    Other,
    Ping,
    SignatureDelta,
    WholeDelta,
)
from sidecar.core.wire.claude.partial import PartialInput
from sidecar.core.wire.claude.vocabulary import BLOCKS, SPELLING
from sidecar.core.wire.json_strict import JsonDocument, JsonLimits, parse
from sidecar.core.wire.json_strings import JsonValue, ordinal_of, texts_of
from sidecar.core.wire.sse import MOST_BYTES, SseEvent, data_bytes, with_data

__all__ = [
    "BlockStarted",
    "BlockStopped",
    "Delta",
    "Errored",
    "Happening",
    "InputDelta",
    "Malformed",
    "MessageDelta",
    "MessageStarted",
    "MessageStopped",
    "Other",
    "PartialInput",
    "Ping",
    "SignatureDelta",
    "StreamReader",
    "WholeDelta",
    "block_start",
    "block_stop",
    "error_event",
    "input_json_delta",
    "message_delta",
    "message_stop",
    "ping",
    "text_delta",
    "thinking_delta",
    "with_data",
]

_LIMITS = JsonLimits(bytes=MOST_BYTES)
# Delta types whose one string grows, and the name of that string.
_GROWING = {"text_delta": "text", "thinking_delta": "thinking", "compaction_delta": "content"}
# In which blocks a delta makes sense. Elsewhere clients differ: some drop it, some take it.
_FITS: dict[str, Callable[[str], bool]] = {
    "text_delta": lambda block: block not in BLOCKS or block == "text",
    "citations_delta": lambda block: block not in BLOCKS or block == "text",
    "thinking_delta": lambda block: block not in BLOCKS or block == "thinking",
    "signature_delta": lambda block: block not in BLOCKS or block in {"thinking", "compaction"},
    "input_json_delta": is_call,
}
# A delta as the provider writes it: four keys and three words stand before the string that grows.
_USUAL_EVENT = ("type", "index", "delta")
_USUAL_ORDINAL = 7
Object = dict[str, JsonValue]


class _Wrong(Exception):  # noqa: N818  (never leaves this file)
    """This event cannot be, for the reason given."""


class StreamReader:
    """Reads the events of one answer, in order."""

    def __init__(self) -> None:
        self._blocks = Blocks(Cursor())
        self._open: dict[int, str] = {}
        self._next = 0
        self._state = "new"  # new, begun, done
        self._broken: str | None = None
        self._readers: dict[str, Callable[[SseEvent, JsonDocument, Object], Happening]] = {
            "message_start": self._message_start,
            "content_block_start": self._block_start,
            "content_block_delta": self._block_delta,
            "content_block_stop": self._block_stop,
            "message_delta": self._message_delta,
            "message_stop": self._message_stop,
            "ping": self._ping,
            "error": self._error,
        }

    def read(self, event: SseEvent) -> Happening:
        """Never raises, whatever the event is."""
        if self._broken is not None:
            return Malformed(event, self._broken)
        try:
            return self._read(event)
        except _Wrong as wrong:
            self._broken = str(wrong)
            return Malformed(event, self._broken)

    def _read(self, event: SseEvent) -> Happening:
        if not event.data:
            # Without data no client dispatches anything, whatever the name.
            return Ping(event)
        try:
            document = parse(data_bytes(event), _LIMITS)
        except Refused as refused:
            raise _Wrong("the data of an event is not valid JSON") from refused
        value = document.value
        kind = word(value, "type") if isinstance(value, dict) else None
        if event.event != (kind or "") and (event.event in self._readers or kind in self._readers):
            raise _Wrong("the name of an event and the type in its data differ")
        reader = self._readers.get(kind or "")
        if isinstance(value, dict) and _doubtful(value):
            raise _Wrong("a field stands there in another spelling")
        if reader is None or not isinstance(value, dict):
            return Other(event, document, texts_of(value))
        return reader(event, document, value)

    def _message_start(self, event: SseEvent, document: JsonDocument, value: Object) -> Happening:
        message = value.get("message")
        if self._state != "new" or not isinstance(message, dict):
            raise _Wrong("message_start is repeated or has no message")
        if message.get("content"):
            # A client takes what stands there for blocks that are whole.
            raise _Wrong("a message begins with content")
        self._state = "begun"
        usage = read_usage(message.get("usage"))
        return MessageStarted(event, document, word(message, "id"), word(message, "model"), usage, _texts(value))

    def _block_start(self, event: SseEvent, document: JsonDocument, value: Object) -> Happening:
        block, index = value.get("content_block"), _index(value)
        if self._state != "begun" or not isinstance(block, dict) or self._open or index != self._next:
            raise _Wrong("content_block_start comes outside of a message, out of turn, or without a block")
        kind = word(block, "type") or ""
        self._next, self._open[index] = index + 1, kind
        cursor = self._blocks.cursor = Cursor()
        cursor.ordinal = ordinal_of(value, ("content_block",))
        piece = self._blocks.answered(block, f"content[{index}]")
        tool = piece.tool if piece else None
        ours = {text.ordinal for text in piece.texts} if piece else set()
        rest = tuple(text for text in _texts(value) if text.ordinal not in ours)
        return BlockStarted(event, document, index, kind, tool, word(block, "id"), piece, rest)

    def _block_delta(self, event: SseEvent, document: JsonDocument, value: Object) -> Happening:
        delta, index = value.get("delta"), _index(value)
        if index not in self._open or not isinstance(delta, dict):
            raise _Wrong("content_block_delta has no delta, or its block is not open")
        kind = word(delta, "type") or ""
        if kind in _FITS and not _FITS[kind](self._open[index]):
            raise _Wrong("a delta does not fit its block")
        if kind == "signature_delta":
            return SignatureDelta(event, document, index, _texts(value))
        if kind == "input_json_delta":
            text, ordinal, rest = _growing(value, delta, "partial_json")
            return InputDelta(event, document, index, text, ordinal, rest)
        field = _GROWING.get(kind)
        if field is not None and (kind != "compaction_delta" or delta.get(field) is not None):
            text, ordinal, rest = _growing(value, delta, field)
            return Delta(event, document, index, field, text, ordinal, rest)
        cursor = Cursor()
        cursor.shaped(value, "")
        piece = cursor.cut(self._place(index), f"content[{index}]")
        return WholeDelta(event, document, index, kind.removesuffix("_delta"), piece)

    def _place(self, index: int) -> Place:
        kind = self._open[index]
        if is_call(kind):
            return Place.TOOL_CALL
        return Place.THINKING if kind in THINKING else Place.RESPONSE

    def _block_stop(self, event: SseEvent, document: JsonDocument, value: Object) -> Happening:
        index = _index(value)
        if self._open.pop(index, None) is None:
            raise _Wrong("content_block_stop of a block that is not open")
        return BlockStopped(event, document, index, _texts(value))

    def _message_delta(self, event: SseEvent, document: JsonDocument, value: Object) -> Happening:
        if self._state != "begun":
            raise _Wrong("message_delta outside of a message")
        reason = word(value.get("delta"), "stop_reason")
        return MessageDelta(event, document, reason, read_usage(value.get("usage")), _texts(value))

    def _message_stop(self, event: SseEvent, document: JsonDocument, value: Object) -> Happening:
        if self._state != "begun" or self._open:
            raise _Wrong("message_stop outside of a message, or while a block is open")
        self._state = "done"
        return MessageStopped(event, document, _texts(value))

    def _ping(self, event: SseEvent, document: JsonDocument, value: Object) -> Happening:
        return Ping(event, document, _texts(value))

    def _error(self, event: SseEvent, document: JsonDocument, value: Object) -> Happening:
        error = value.get("error")
        code, message = word(error, "type") or "", word(error, "message") or ""
        return Errored(event, document, code, message, texts_of(value))


def _doubtful(value: Object) -> bool:
    """Also one level below: that is where blocks, deltas and messages stand."""
    below = (child for child in value.values() if type(child) is dict)
    return SPELLING.doubtful(value) or any(SPELLING.doubtful(child) for child in below)


def _index(value: Object) -> int:
    index = value.get("index")
    if not isinstance(index, int) or isinstance(index, bool) or index < 0:
        raise _Wrong("an event of a block has no index")
    return index


def _texts(value: Object) -> tuple[Text, ...]:
    """The strings of an event that are not the API's own words."""
    cursor = Cursor()
    cursor.shaped(value, "")
    piece = cursor.cut(Place.RESPONSE, "")
    return piece.texts if piece else ()


def _growing(value: Object, delta: Object, field: str) -> tuple[str, int, tuple[Text, ...]]:
    """The string that grows, its ordinal, and whatever else stands beside it."""
    text = delta.get(field)
    if not isinstance(text, str):
        raise _Wrong("a delta does not hold the string that its type promises")
    if tuple(value) == _USUAL_EVENT and tuple(delta) == ("type", field):
        return text, _USUAL_ORDINAL, ()  # what the provider sends: nothing to look for, a quarter of the time
    ordinal = ordinal_of(value, ("delta", field))
    return text, ordinal, tuple(other for other in _texts(value) if other.ordinal != ordinal)
