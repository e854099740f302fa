"""An answer that flows: decoded, judged as it comes, and never held longer than its verdicts take."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sidecar.core.errors import Refused
from sidecar.core.exchange import fact
from sidecar.core.exchange.answer_head import OF_THE_BYTES, named
from sidecar.core.exchange.answer_record import answer_fact, settled, storable_word
from sidecar.core.exchange.answer_stream import PING_AFTER, AnswerStream
from sidecar.core.exchange.call_record import call_records
from sidecar.core.exchange.calls import Calls
from sidecar.core.exchange.commands import Command, Record, SendAnswer, StartAnswer
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged
from sidecar.core.model.http import ResponseHead
from sidecar.core.model.scanned import Scan, Scanned
from sidecar.core.wire.claude.answer import Usage
from sidecar.core.wire.encoding import Decoder
from sidecar.core.wire.json_strings import JsonValue


@dataclass(slots=True, repr=False)
class Streamed:
    context: AnswerContext
    head: ResponseHead
    at: float
    stream: AnswerStream
    decoder: Decoder
    streams: bool = True
    over: bool = False
    _kept: bytearray = field(default_factory=bytearray)

    @property
    def judged(self) -> Judged:
        return self.stream.judged

    @property
    def scanned(self) -> Scanned:
        """Whatever left was looked at before it left."""
        return Scanned(Scan.WHOLE)

    @property
    def held_seconds(self) -> float:
        return self.stream.held_seconds

    @property
    def original(self) -> bytes:
        return bytes(self._kept)

    def said(self) -> JsonValue:
        compiled = self.context.session.court.rules.compiled
        return self.stream.heard.message(self.stream.stop_reason, lambda text: settled(compiled, text))

    def timing(self) -> JsonValue:
        return self.stream.heard.timing()

    @property
    def usage(self) -> Usage:
        return self.stream.usage

    @property
    def wake_at(self) -> float | None:
        since = self.stream.held_since
        return None if since is None else since + PING_AFTER

    def start(self) -> Command:
        return StartAnswer(OF_THE_BYTES, named(self.context))

    def feed(self, data: bytes, at: float) -> bytes:
        try:
            plain = self.decoder.feed(data)
        except Refused as refused:
            return self.stream.fail(refused.message)
        if self.context.keep:
            self._kept += plain
        return self.stream.feed(plain, at)

    def end(self, at: float, pending: bytes) -> Sequence[Command]:
        out = pending
        try:
            self.decoder.flush()
        except Refused as refused:
            return (SendAnswer(out + self.stream.fail(refused.message), end=True),)
        return self._sent(out + self.stream.end(at), over=True)

    def decided(self, at: float) -> Sequence[Command]:
        return self._sent(self.stream.decided(at), over=self.over)

    @property
    def calls(self) -> Calls:
        return self.stream.calls

    @property
    def delivered(self) -> bool:
        return self.stream.finished and not self.waits

    @property
    def waits(self) -> bool:
        return self.stream.waits

    def _sent(self, out: bytes, *, over: bool) -> Sequence[Command]:
        self.over = over
        if over and not self.stream.waits:
            return (SendAnswer(out, end=True),)
        return (SendAnswer(out),) if out else ()

    def tick(self, at: float) -> bytes:
        return self.stream.tick(at)

    def told(self, at: float) -> Sequence[Record]:
        return call_records(self.context, self.judged, self.stream.calls.told(), at)

    def stop(self, refused: Refused) -> bytes:
        return self.stream.fail(refused.message, refused.code)

    def fact(self, at: float) -> dict[str, object]:
        return {
            **answer_fact(self.context, self.head, self.stream.calls, self.stream.usage, at - self.at),
            "held_characters": self.stream.held_most,
            "stop_reason": storable_word(self.context, self.stream.stop_reason),
            "complete": self.stream.finished,
            "broken": self.stream.broken,
            "scanned": fact.scanned_fact(self.scanned),
        }
