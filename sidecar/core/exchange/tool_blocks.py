"""The tool calls of a streamed answer: each waits until its input is complete, and leaves as its verdict says.

Rules:
- No byte of a call is decided before its input is complete: the agent runs a tool as soon as its block ends.
- Input that never closed (the model ran out of tokens) is judged as if it had been closed there.
- A block may begin with an input and stream another. Both are judged: clients differ in which they take.
- Why the message ended is told only when every call of it is decided.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.calls import Calls, Ruled, Way
from sidecar.core.exchange.desk import Judged
from sidecar.core.exchange.judgement import judge_answer
from sidecar.core.exchange.shown import Item
from sidecar.core.exchange.tool_call import Called
from sidecar.core.mask.splice import spliced
from sidecar.core.model.piece import Piece
from sidecar.core.model.place import Place
from sidecar.core.wire.claude import blocked
from sidecar.core.wire.claude import stream as wire
from sidecar.core.wire.claude.blocks import given
from sidecar.core.wire.claude.closing import closed
from sidecar.core.wire.json_strict import JsonDocument
from sidecar.core.wire.json_strings import JsonValue, ordinal_of, path_of, strings
from sidecar.core.wire.sse import SseEvent

Rewritten = Callable[[SseEvent, JsonDocument, Mapping[int, str]], bytes]


@dataclass(slots=True, repr=False)
class ToolBlock:
    """A call that waits for the end of its input. `begun`: the event that begins it, as it may leave; `own`: what was
    found in the call."""

    started: wire.BlockStarted
    item: Item
    input: wire.PartialInput
    begun: bytes
    own: Judged
    raw: list[bytes] = field(default_factory=list)


@dataclass(slots=True, repr=False)
class ToolBlocks:
    calls: Calls
    queue: deque[Item]
    _open: dict[int, ToolBlock] = field(default_factory=dict)
    _ends: list[tuple[Item, wire.MessageDelta, Mapping[int, str]]] = field(default_factory=list)

    def start(self, started: wire.BlockStarted, item: Item) -> None:
        own = Judged()
        self._open[started.index] = ToolBlock(started, item, wire.PartialInput(), self._begun(started, own), own)

    def feed(self, delta: wire.InputDelta, raw: bytes) -> None:
        block = self._open.get(delta.index)
        if block is None:
            raise Refused(502, Code.API, "The upstream sent input for a block that takes none.")
        block.input.feed(delta.partial)
        block.raw.append(raw)

    def beside(self, index: int, raw: bytes) -> bool:
        """Something nobody knows, inside of a call: it leaves with the call or not at all."""
        block = self._open.get(index)
        if block is not None:
            block.raw.append(raw)
        return block is not None

    def stop(self, index: int) -> None:
        """Its input is complete, if it is a call."""
        block = self._open.pop(index, None)
        if block is None:
            return
        document, added = _whole(block.input)
        given = self._given(block, document, added)
        ruled = self.calls.judge(_called(block, document), block.own)

        def go() -> None:
            way = self.calls.settle(ruled, document.raw.decode())
            self._leave(block, way, ruled, block.begun + given)
            self._end()

        if not self.calls.waits(ruled, go):
            go()

    def end(self, delta: wire.MessageDelta, rest: Mapping[int, str]) -> None:
        """The message ends. `rest`: what else of the event changes."""
        item = Item()
        self.queue.append(item)
        self._ends.append((item, delta, rest))
        self._end()

    def _end(self) -> None:
        """Why the message ended is known when every call is decided."""
        if self.calls.waiting:
            return
        for item, delta, rest in self._ends:
            item.data = self._ended(delta, rest)
        self._ends.clear()

    def _ended(self, delta: wire.MessageDelta, rest: Mapping[int, str]) -> bytes:
        said = delta.stop_reason
        told = self.calls.stop_reason(said)
        changes = dict(rest)
        if told is not None and told != said:
            changes[ordinal_of(delta.document.value, ("delta", "stop_reason"))] = told
        return rewritten(delta.event, delta.document, changes)

    def _leave(self, block: ToolBlock, way: Way, ruled: Ruled, data: bytes) -> None:
        index, item = block.started.index, block.item
        match way:
            case Way.PASSES:
                item.data = data
            case Way.RENAMED:
                item.data = blocked.call_events(index, ruled.called.id, self.calls.notice(ruled))
            case Way.WORDS:
                item.opens = (index, "text")
                item.data = blocked.text_events(index, self.calls.notice(ruled))
            case Way.ENDS:
                pass  # whoever asks next ends the answer

    def _begun(self, started: wire.BlockStarted, own: Judged) -> bytes:
        """The event that begins it."""
        document = started.document
        pieces = [started.piece] if started.piece else []
        if started.texts:
            pieces.append(Piece(Place.RESPONSE, "event", started.texts))
        return rewritten(started.event, document, self._changes(document, tuple(pieces), own))

    def _given(self, block: ToolBlock, document: JsonDocument, added: int) -> bytes:
        """The events that carry its input."""
        index = block.started.index
        texts = tuple(strings(document.value))
        piece = Piece(Place.TOOL_CALL, f"content[{index}].input", texts, True, block.started.tool)
        changes = self._changes(document, (piece,), block.own)
        if not changes:
            return b"".join(block.raw)
        new = spliced(document.raw, changes).decode()
        return wire.input_json_delta(index, new[: len(new) - added])

    def _changes(self, document: JsonDocument, pieces: tuple[Piece, ...], own: Judged) -> dict[int, str]:
        return judge_answer(self.calls.context.session, pieces, lambda at: path_of(document.value, at), own)


def rewritten(event: SseEvent, document: JsonDocument, changes: Mapping[int, str]) -> bytes:
    """The event with some of its strings changed."""
    return wire.with_data(event, spliced(document.raw, changes)) if changes else event.raw


def _whole(given: wire.PartialInput) -> tuple[JsonDocument, int]:
    """The input, and how many characters at its end only close it."""
    document = given.document()
    if document is not None:
        return document, 0
    ended = closed(given.raw, len(given.raw) + 64)
    if ended is None:
        raise Refused(502, Code.API, "The upstream sent a tool call whose input is not JSON.")
    return ended


def _called(block: ToolBlock, document: JsonDocument) -> Called:
    started = block.started
    value = started.document.value
    begun = value.get("content_block") if isinstance(value, dict) else None
    name, there = (begun.get("name"), given(begun)) if isinstance(begun, dict) else (None, None)
    inputs: tuple[JsonValue, ...] = (document.value,)
    if there and there != document.value:
        inputs = (there, document.value) if block.raw else (there,)
    return Called(started.kind, started.id, name if isinstance(name, str) else None, inputs)
