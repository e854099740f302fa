"""The content blocks of a streamed answer, each event put into the outgoing queue when it is decided.

Rules:
- Tool calls go their own way: see `tool_blocks`.
- Words are remembered block by block, so that they are known when the agent replays them.
"""

from collections import deque
from dataclasses import dataclass, field

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.calls import Calls
from sidecar.core.exchange.desk import Desk, Judged, Session
from sidecar.core.exchange.judgement import judge_answer
from sidecar.core.exchange.lane import Lane, Waiting
from sidecar.core.exchange.shown import Item
from sidecar.core.exchange.tool_blocks import ToolBlocks, rewritten
from sidecar.core.mask.stream import TextStream
from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place
from sidecar.core.policy.judge import Found
from sidecar.core.wire.claude import stream as wire
from sidecar.core.wire.claude.blocks import is_call
from sidecar.core.wire.json_strict import JsonDocument
from sidecar.core.wire.json_strings import ordinal_of, path_of
from sidecar.core.wire.sse import SseEvent

LANES = {"text": Place.RESPONSE, "thinking": Place.THINKING, "content": Place.RESPONSE}


@dataclass(slots=True, repr=False)
class Blocks:
    calls: Calls
    judged: Judged
    queue: deque[Item]
    _lanes: dict[tuple[int, str], Lane] = field(default_factory=dict)
    _tools: ToolBlocks = field(init=False)

    def __post_init__(self) -> None:
        self._tools = ToolBlocks(self.calls, self.queue)

    @property
    def session(self) -> Session:
        return self.calls.context.session

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
                data = self._whole(happening.event, happening.document, happening.piece, happening.texts)
                if not self._tools.beside(happening.index, data):
                    self._pass(data)
            case wire.MessageDelta():
                self._tools.end(happening, self._changed(happening.document, happening.texts))
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
            self._tools.start(started, item)
        elif begun is None:
            item.data = self._whole(started.event, started.document, started.piece, started.texts)
        else:
            self._start_text(started, item, begun)

    def _start_text(self, started: wire.BlockStarted, item: Item, begun: Text) -> None:
        """A block that begins with text already: the deltas go on where it stops."""
        there = started.piece.texts if started.piece else ()
        rest = tuple(text for text in (*there, *started.texts) if text.ordinal != begun.ordinal)
        beside = self._changed(started.document, rest)

        def carrying(text: str) -> bytes:
            return rewritten(started.event, started.document, {**beside, begun.ordinal: text})

        raw = rewritten(started.event, started.document, beside)
        self._lane(started.index, started.kind).feed(Waiting(item, begun.value, raw, carrying))

    def _delta(self, delta: wire.Delta) -> None:
        beside = self._changed(delta.document, delta.texts)
        item = Item()
        self.queue.append(item)

        def carrying(text: str) -> bytes:
            return rewritten(delta.event, delta.document, {**beside, delta.ordinal: text}) if text else b""

        raw = rewritten(delta.event, delta.document, beside)
        self._lane(delta.index, delta.field).feed(Waiting(item, delta.text, raw, carrying))

    def _lane(self, index: int, name: str) -> Lane:
        if (index, name) in self._lanes:
            return self._lanes[index, name]
        path = f"content[{index}].{name}"
        desk = Desk(self.session, self.judged, lambda: Found(LANES[name], path, "", "", None, "answer", False))
        lane = Lane(TextStream(self.session.court.rules.compiled.stream(), desk.decide, desk.treat))
        self._lanes[index, name] = lane
        return lane

    def _input(self, delta: wire.InputDelta) -> None:
        self._tools.feed(delta, rewritten(delta.event, delta.document, self._changed(delta.document, delta.texts)))

    def _stop(self, stopped: wire.BlockStopped) -> None:
        self._settle(stopped.index)
        self._tools.stop(stopped.index)
        data = self._whole(stopped.event, stopped.document, None, stopped.texts)
        self.queue.append(Item(data, closes=stopped.index))

    def _settle(self, index: int) -> None:
        for name in LANES:
            lane = self._lanes.pop((index, name), None)
            if lane is not None:
                self.session.memory.remember_said(*lane.flush())

    def _whole(
        self, event: SseEvent, document: JsonDocument | None, piece: Piece | None, beside: tuple[Text, ...]
    ) -> bytes:
        """An event whose texts are complete in it."""
        if document is None or not (beside or (piece and piece.texts)):
            return event.raw
        changes = {**self._changed(document, beside), **(self._changes(document, piece) if piece else {})}
        return rewritten(event, document, changes)

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
