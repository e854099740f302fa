"""The content blocks of a streamed answer, each event put into the outgoing queue when it is decided.

Rules:
- No byte of a tool call is decided before its input is complete: the agent runs a tool as soon as its block ends.
- Input that never closed (the model ran out of tokens) is judged as if it had been closed there.
- Words are remembered block by block, so that they are known when the agent replays them.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.desk import Desk, Judged, Session
from sidecar.core.exchange.judgement import judge_answer
from sidecar.core.exchange.lane import Lane, Waiting
from sidecar.core.exchange.shown import Item
from sidecar.core.mask.splice import spliced
from sidecar.core.mask.stream import TextStream
from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place
from sidecar.core.policy.judge import Found
from sidecar.core.wire.claude import stream as wire
from sidecar.core.wire.claude.blocks import is_call
from sidecar.core.wire.claude.closing import closed
from sidecar.core.wire.json_strict import JsonDocument
from sidecar.core.wire.json_strings import ordinal_of, path_of, strings
from sidecar.core.wire.sse import SseEvent

LANES = {"text": Place.RESPONSE, "thinking": Place.THINKING, "content": Place.RESPONSE}


@dataclass(slots=True, repr=False)
class ToolBlock:
    """A tool call that waits for the end of its input."""

    tool: str | None
    start: bytes
    item: Item
    input: wire.PartialInput
    raw: list[bytes] = field(default_factory=list)


@dataclass(slots=True, repr=False)
class Blocks:
    session: Session
    judged: Judged
    queue: deque[Item]
    _lanes: dict[tuple[int, str], Lane] = field(default_factory=dict)
    _tools: dict[int, ToolBlock] = field(default_factory=dict)

    def take(self, happening: wire.Happening) -> None:
        """Queue what happened: decided, or waiting."""
        match happening:
            case wire.MessageStarted():
                data = self._whole(happening.event, happening.document, None, happening.texts)
                self.queue.append(Item(data, begins=True))
            case wire.BlockStarted():
                self._start(happening)
            case wire.Delta():
                self._delta(happening)
            case wire.InputDelta():
                self._input(happening)
            case wire.BlockStopped():
                self._stop(happening)
            case wire.WholeDelta():
                self._pass(self._whole(happening.event, happening.document, happening.piece, happening.texts))
            case wire.Malformed():
                raise Refused(502, Code.API, "The upstream sent an event that the gate cannot read.")
            case _:
                self._pass(self._whole(happening.event, happening.document, None, happening.texts))

    @property
    def held_characters(self) -> int:
        """Of text that waits for its verdict."""
        return sum(lane.stream.held_characters for lane in self._lanes.values())

    def drop(self) -> None:
        """What waits will never leave."""
        self.queue.clear()

    def _pass(self, data: bytes) -> None:
        self.queue.append(Item(data))

    def _start(self, started: wire.BlockStarted) -> None:
        item = Item(opens=(started.index, started.kind))
        self.queue.append(item)
        begun = _begun_text(started)
        if is_call(started.kind):
            raw = self._whole(started.event, started.document, started.piece, started.texts)
            self._tools[started.index] = ToolBlock(started.tool, raw, item, wire.PartialInput())
        elif begun is None:
            item.data = self._whole(started.event, started.document, started.piece, started.texts)
        else:
            self._start_text(started, item, begun)

    def _start_text(self, started: wire.BlockStarted, item: Item, begun: Text) -> None:
        """A block that begins with text already: the deltas go on where it stops."""
        there = started.piece.texts if started.piece else ()
        rest = tuple(text for text in (*there, *started.texts) if text.ordinal != begun.ordinal)
        beside = self._changed(started.document, rest)

        def rewritten(text: str) -> bytes:
            return _rewritten(started.event, started.document, {**beside, begun.ordinal: text})

        raw = _rewritten(started.event, started.document, beside)
        self._lane(started.index, started.kind).feed(Waiting(item, begun.value, raw, rewritten))

    def _delta(self, delta: wire.Delta) -> None:
        beside = self._changed(delta.document, delta.texts)
        item = Item()
        self.queue.append(item)

        def rewritten(text: str) -> bytes:
            return _rewritten(delta.event, delta.document, {**beside, delta.ordinal: text}) if text else b""

        raw = _rewritten(delta.event, delta.document, beside)
        self._lane(delta.index, delta.field).feed(Waiting(item, delta.text, raw, rewritten))

    def _lane(self, index: int, name: str) -> Lane:
        if (index, name) in self._lanes:
            return self._lanes[index, name]
        path = f"content[{index}].{name}"
        desk = Desk(self.session, self.judged, lambda: Found(LANES[name], path, "", "", None, "answer", False))
        lane = Lane(TextStream(self.session.court.rules.compiled.stream(), desk.decide, desk.treat))
        self._lanes[index, name] = lane
        return lane

    def _input(self, delta: wire.InputDelta) -> None:
        block = self._tools.get(delta.index)
        if block is None:
            raise Refused(502, Code.API, "The upstream sent input for a block that takes none.")
        block.input.feed(delta.partial)
        block.raw.append(_rewritten(delta.event, delta.document, self._changed(delta.document, delta.texts)))

    def _stop(self, stopped: wire.BlockStopped) -> None:
        self._settle(stopped.index)
        block = self._tools.pop(stopped.index, None)
        if block is not None:
            block.item.data = block.start + self._judged_input(stopped.index, block)
        data = self._whole(stopped.event, stopped.document, None, stopped.texts)
        self.queue.append(Item(data, closes=stopped.index))

    def _settle(self, index: int) -> None:
        for name in LANES:
            lane = self._lanes.pop((index, name), None)
            if lane is not None:
                self.session.memory.remember_said(*lane.flush())

    def _judged_input(self, index: int, block: ToolBlock) -> bytes:
        raw = b"".join(block.raw)
        document, added = block.input.document(), 0
        if document is None:
            ended = closed(block.input.raw, len(block.input.raw) + 64)
            if ended is None:
                raise Refused(502, Code.API, "The upstream sent a tool call whose input is not JSON.")
            document, added = ended
        piece = Piece(Place.TOOL_CALL, f"content[{index}].input", tuple(strings(document.value)), True, block.tool)
        changes = self._changes(document, piece)
        if not changes:
            return raw
        new = spliced(document.raw, changes).decode()
        return wire.input_json_delta(index, new[: len(new) - added])

    def _whole(
        self, event: SseEvent, document: JsonDocument | None, piece: Piece | None, beside: tuple[Text, ...]
    ) -> bytes:
        """An event whose texts are complete in it."""
        if document is None or not (beside or (piece and piece.texts)):
            return event.raw
        changes = {**self._changed(document, beside), **(self._changes(document, piece) if piece else {})}
        return _rewritten(event, document, changes)

    def _changed(self, document: JsonDocument, texts: tuple[Text, ...]) -> dict[int, str]:
        """Changes in strings that stand beside what an event is for."""
        return self._changes(document, Piece(Place.RESPONSE, "event", texts)) if texts else {}

    def _changes(self, document: JsonDocument, piece: Piece) -> dict[int, str]:
        return judge_answer(self.session, (piece,), lambda at: path_of(document.value, at), self.judged)


def _begun_text(started: wire.BlockStarted) -> Text | None:
    """The text that a text or thinking block begins with. The provider sends none, but it might."""
    if started.kind not in LANES or started.piece is None:
        return None
    block = started.document.value["content_block"] if isinstance(started.document.value, dict) else None
    if not isinstance(block, dict) or not isinstance(block.get(started.kind), str):
        return None
    ordinal = ordinal_of(started.document.value, ("content_block", started.kind))
    return next((text for text in started.piece.texts if text.ordinal == ordinal), None)


def _rewritten(event: SseEvent, document: JsonDocument, changes: Mapping[int, str]) -> bytes:
    return wire.with_data(event, spliced(document.raw, changes)) if changes else event.raw
