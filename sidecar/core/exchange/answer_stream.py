"""An SSE answer on its way to the agent: masked, values put back, byte for byte where nothing changes.

Strategy: events leave in the order they came, through one queue. An event whose text cannot be decided yet is an item
without bytes; nothing behind it leaves before it is settled. Text and thinking run through one stream mask for each
block; a tool block waits until its input is complete and is then judged as a whole; every other event is judged as
it stands.

Rules:
- Untouched events leave as the very bytes that came. Where a mask swallowed all text of an event, the event is
  dropped.
- A stream that ends before `message_stop` ends with an `error` event; what was still held never leaves.
- After each event what is settled leaves. So what an event is denied for is still in the queue then, and is dropped
  with it.
- After a denial the stream is ended legally and whatever else the upstream sends is swallowed; only its usage counts.
"""

from collections import deque
from dataclasses import dataclass, field

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.blocks import Blocks
from sidecar.core.exchange.calls import Calls
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged
from sidecar.core.exchange.hearing import Hearing
from sidecar.core.exchange.refusal import denial
from sidecar.core.exchange.shown import Item, Shown, Spoken
from sidecar.core.model.action import Action, DenyAs
from sidecar.core.wire.claude import stream as wire
from sidecar.core.wire.claude.answer import Usage
from sidecar.core.wire.sse import SseEvent, SseReader

PING_AFTER = 10.0  # seconds: the agent gives up after five minutes of silence, people after much less
CUT = "The answer was cut off upstream before it was complete. Ask again for the rest."
UNREADABLE = "The upstream sent an event that the gate cannot read, so the answer ends here."


@dataclass(slots=True, repr=False)
class AnswerStream:
    """`feed` and `end` give what may leave; `held_since` says since when something waits."""

    context: AnswerContext
    judged: Judged = field(default_factory=Judged)
    usage: Usage = field(default_factory=Usage)
    stop_reason: str | None = None
    finished: bool = False
    broken: str | None = None
    held_since: float | None = None
    held_most: int = 0  # characters of text that waited at once
    held_seconds: float = 0.0  # in sum, with something waiting
    heard: Hearing = field(default_factory=lambda: Hearing(0.0))
    _waiting_at: float | None = None
    _sse: SseReader = field(default_factory=SseReader)
    _reader: wire.StreamReader = field(default_factory=wire.StreamReader)
    _queue: deque[Item] = field(default_factory=deque)
    _shown: Shown = field(default_factory=Shown)
    calls: Calls = field(init=False)
    _blocks: Blocks = field(init=False)

    def __post_init__(self) -> None:
        self.calls = Calls(self.context, self.judged)
        self._blocks = Blocks(self.calls, self.judged, self._queue)

    @property
    def closed(self) -> bool:
        """Nothing of what the upstream still sends leaves."""
        return self.finished or self.broken is not None

    @property
    def waits(self) -> bool:
        """For people: the last word on a call is not said."""
        return self.broken is None and bool(self.calls.waiting)

    def feed(self, data: bytes, at: float) -> bytes:
        return self._take(data, at, end=False)

    def end(self, at: float) -> bytes:
        """The upstream said all it had to say."""
        out = self._take(b"", at, end=True)
        return out if self.closed else out + self._break(CUT, Code.API)

    def fail(self, message: str, code: Code = Code.API) -> bytes:
        """The bytes themselves could not be read, or people stopped it."""
        return b"" if self.closed and not self.waits else self._break(message, code)

    def tick(self, at: float) -> bytes:
        """A ping when something has been held for long."""
        if self.held_since is None or self.broken is not None or at < self.held_since + PING_AFTER:
            return b""
        self.held_since = at
        return wire.ping()

    def decided(self, at: float) -> bytes:
        """People said their word on a call: what may leave now."""
        out = self._denied() if self.judged.verdict.action >= Action.HOLD else self._leaving()
        self._clock(bool(out), at)
        return out

    def _take(self, data: bytes, at: float, *, end: bool) -> bytes:
        out = bytearray()
        try:
            for event in self._sse.feed(data, end=end):
                out += self._event(event, at)
        except Refused as refused:
            if not self.closed:
                out += self._break(refused.message, Code.API)
        self.held_most = max(self.held_most, self._blocks.held_characters)
        self._clock(bool(out), at)
        return bytes(out)

    def _event(self, event: SseEvent, at: float) -> bytes:
        happening = self._reader.read(event)
        if isinstance(happening, wire.MessageDelta):
            self.usage = self.usage.updated(happening.usage)
        if self.closed:
            return b""
        self.heard.hear(happening, at)
        self._handle(happening)
        return self._denied() if self.judged.verdict.action >= Action.HOLD else self._leaving()

    def _handle(self, happening: wire.Happening) -> None:
        match happening:
            case wire.Malformed():
                raise Refused(502, Code.API, UNREADABLE)
            case wire.MessageStarted():
                self.usage = happening.usage
            case wire.MessageDelta():
                self.stop_reason = happening.stop_reason or self.stop_reason
            case wire.MessageStopped():
                self.finished = True
            case wire.Errored():
                self._blocks.drop()
                self.broken = "the provider ended the stream with an error"
            case _:
                pass
        self._blocks.take(happening)

    def _leaving(self) -> bytes:
        out = bytearray()
        while self._queue and self._queue[0].data is not None:
            item = self._queue.popleft()
            self._shown.left(item)
            out += item.data or b""
        return bytes(out)

    def _clock(self, left: bool, at: float) -> None:
        """Since when something waits, with nothing having left meanwhile; and how long anything did."""
        self.held_seconds += 0.0 if self._waiting_at is None else max(0.0, at - self._waiting_at)
        self._waiting_at = at if self._queue else None
        if not self._queue:
            self.held_since = None
        elif left or self.held_since is None:
            self.held_since = at

    def _break(self, message: str, code: Code) -> bytes:
        """What waits never leaves, and the stream ends with an error."""
        self._drop(message)
        return wire.error_event(code, message)

    def _drop(self, why: str) -> None:
        self._queue.clear()
        self.held_since = None
        self.broken = why

    def _denied(self) -> bytes:
        refused = denial(self.judged.verdict, self.context.exchange)
        spoken = self._shown.speaking() if self.judged.verdict.deny_as is DenyAs.ANSWER else None
        if spoken is None:
            return self._break(refused.message, refused.code)
        self._drop(refused.message)
        return _closing(spoken, refused.message, self.usage)


def _closing(spoken: Spoken, sentence: str, usage: Usage) -> bytes:
    """Plain words in the open text block, or in one of our own, and the end of a legal message."""
    begun = b"" if spoken.open else wire.block_start(spoken.index, {"type": "text", "text": ""})
    return b"".join(
        (
            begun,
            wire.text_delta(spoken.index, f"\n\n{sentence}" if spoken.open else sentence),
            wire.block_stop(spoken.index),
            wire.message_delta("end_turn", usage.output_tokens),
            wire.message_stop(),
        )
    )
