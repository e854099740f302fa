"""The content blocks of a streamed answer, each event put into the outgoing queue when it is decided.

Rules:
- No byte of a tool call is decided before its input is complete: the agent runs a tool as soon as its block ends.
- Input that never closed (the model ran out of tokens) is judged as if it had been closed there.
- Words are remembered block by block, so that they are known when the agent replays them.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.desk import Desk, Judged, Session
from sidecar.core.exchange.judgement import judge_answer
from sidecar.core.exchange.lane import Item, Lane, Waiting
from sidecar.core.mask.splice import spliced
from sidecar.core.mask.stream import TextStream
from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place
from sidecar.core.policy.judge import Found
from sidecar.core.wire.claude import stream as wire
from sidecar.core.wire.claude.blocks import CALLS
from sidecar.core.wire.claude.closing import closed
from sidecar.core.wire.json_strict import JsonDocument
from sidecar.core.wire.json_strings import path_of, strings
from sidecar.core.wire.sse import SseEvent

LANES = {"text": Place.RESPONSE, "thinking": Place.THINKING, "content": Place.RESPONSE}


@dataclass(slots=True)
class ToolBlock:
    """A tool call that waits for the end of its input."""

    tool: str | None
    start: bytes
    item: Item
    input: wire.PartialInput
    raw: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class Blocks:
    session: Session
    judged: Judged
    queue: deque[Item]
    _lanes: dict[tuple[int, str], Lane] = field(default_factory=dict)
    _tools: dict[int, ToolBlock] = field(default_factory=dict)
    _open: dict[int, str] = field(default_factory=dict)

    def take(self, happening: wire.Happening) -> None:
        """Queue what happened: decided, or waiting."""
        match happening:
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

    def open_text(self) -> int | None:
        """The index at which plain words may be said now: that of the open text block."""
        return next((index for index, kind in self._open.items() if kind == "text"), None)

    @property
    def held_characters(self) -> int:
        """Of text that waits for its verdict."""
        return sum(lane.stream.held_characters for lane in self._lanes.values())

    def settle_all(self) -> None:
        for index in list(self._open):
            self._settle(index)

    def drop(self) -> None:
        """What waits will never leave."""
        self.queue.clear()

    def _pass(self, data: bytes) -> None:
        self.queue.append(Item(data))

    def _start(self, started: wire.BlockStarted) -> None:
        self._open[started.index] = started.kind
        raw = self._whole(started.event, started.document, started.piece, started.texts)
        if started.kind in CALLS:
            item = Item()
            self.queue.append(item)
            self._tools[started.index] = ToolBlock(started.tool, raw, item, wire.PartialInput())
        else:
            self._pass(raw)

    def _delta(self, delta: wire.Delta) -> None:
        key = delta.index, delta.field
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = self._lane(delta.index, delta.field)
        beside = self._changed(delta.document, delta.texts)
        item = Item()
        self.queue.append(item)
        raw = wire.with_data(delta.event, spliced(delta.document.raw, beside)) if beside else delta.event.raw
        lane.feed(Waiting(item, delta.text, raw, _rewriter(delta, beside)))

    def _lane(self, index: int, name: str) -> Lane:
        path = f"content[{index}].{name}"
        desk = Desk(self.session, self.judged, lambda: Found(LANES[name], path, "", "", None, "answer", False))
        return Lane(TextStream(self.session.court.rules.compiled.stream(), desk.decide, desk.treat))

    def _input(self, delta: wire.InputDelta) -> None:
        block = self._tools.get(delta.index)
        if block is None:
            raise Refused(502, Code.API, "The upstream sent input for a block that takes none.")
        block.input.feed(delta.partial)
        block.raw.append(delta.event.raw)

    def _stop(self, stopped: wire.BlockStopped) -> None:
        self._settle(stopped.index)
        self._open.pop(stopped.index, None)
        block = self._tools.pop(stopped.index, None)
        if block is not None:
            block.item.data = block.start + self._judged_input(stopped.index, block)
        self._pass(self._whole(stopped.event, stopped.document, None, stopped.texts))

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
        return wire.with_data(event, spliced(document.raw, changes)) if changes else event.raw

    def _changed(self, document: JsonDocument, texts: tuple[Text, ...]) -> dict[int, str]:
        """Changes in strings that stand beside what an event is for."""
        return self._changes(document, Piece(Place.RESPONSE, "event", texts)) if texts else {}

    def _changes(self, document: JsonDocument, piece: Piece) -> dict[int, str]:
        return judge_answer(self.session, (piece,), lambda at: path_of(document.value, at), self.judged)


def _rewriter(delta: wire.Delta, beside: Mapping[int, str]) -> Callable[[str], bytes]:
    def rewritten(text: str) -> bytes:
        return wire.with_data(delta.event, spliced(delta.document.raw, {**beside, delta.ordinal: text}))

    return rewritten
