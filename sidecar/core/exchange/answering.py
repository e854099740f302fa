"""The answer's side of an exchange: which kind of answer it is, and the commands it leads to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange import fact
from sidecar.core.exchange.answer_body import FORGOTTEN, AnswerBody, encodings
from sidecar.core.exchange.answer_record import settled
from sidecar.core.exchange.answer_stream import PING_AFTER, AnswerStream
from sidecar.core.exchange.commands import Command, SendAnswer, StartAnswer
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged
from sidecar.core.exchange.hearing import Hearing
from sidecar.core.exchange.mcp.answer import mcp_answer
from sidecar.core.exchange.mcp.asked import Asked
from sidecar.core.exchange.plain.answer import PlainAnswer
from sidecar.core.exchange.plain.asked import Plain
from sidecar.core.model.http import Headers, ResponseHead, first
from sidecar.core.model.scanned import Scan, Scanned
from sidecar.core.wire.claude.answer import Usage
from sidecar.core.wire.claude.errors import error_response
from sidecar.core.wire.encoding import Decoder, for_encoding
from sidecar.core.wire.json_strings import JsonValue

# The longest answers are some 20 MB of events; beyond this a compressed stream is a bomb.
MAX_STREAM = 256 * 1024 * 1024
# What described the upstream's bytes and may not describe ours.
OF_THE_BYTES = ("content-length", "content-encoding", "transfer-encoding", "etag", "content-md5", "digest")


UNREAD = "the gate could not read it, and passed nothing of it on"
CUT_SHORT = "it ended before it was whole, and nothing of it was passed on"
# How the provider names what is wrong with a signed block whose past changed.
ABOUT_THE_PAST = re.compile(rb"signature|thinking", re.IGNORECASE)


class Answering(Protocol):
    """What the exchange asks of an answer."""

    context: AnswerContext
    streams: bool

    @property
    def judged(self) -> Judged: ...
    @property
    def scanned(self) -> Scanned: ...
    @property
    def held_seconds(self) -> float: ...
    @property
    def original(self) -> bytes: ...
    def said(self) -> JsonValue: ...
    def timing(self) -> JsonValue: ...
    @property
    def usage(self) -> Usage: ...
    @property
    def wake_at(self) -> float | None: ...
    def start(self) -> Command: ...
    def feed(self, data: bytes, at: float) -> bytes: ...
    def end(self, at: float, pending: bytes) -> Sequence[Command]: ...
    def tick(self, at: float) -> bytes: ...
    def stop(self, refused: Refused) -> bytes:
        """The last bytes of an answer that people stopped."""

    def fact(self, at: float) -> dict[str, object]: ...


def answering(context: AnswerContext, head: ResponseHead, at: float, since: float | None = None) -> Answering:
    """An event stream flows; everything else is held until it is whole, also a stream that nobody can read. `since`:
    when the request was forwarded."""
    if isinstance(context.asked, Asked):
        return mcp_answer(context, context.asked, head, at)
    if isinstance(context.asked, Plain):
        return PlainAnswer(context, head, at)
    kind = (first(head.headers, "content-type") or "").partition(";")[0].strip().lower()
    if kind == "text/event-stream" and head.status < 400:
        decoder = for_encoding(encodings(head.headers), MAX_STREAM)
        if decoder is not None:
            heard = Hearing(at if since is None else since)
            return Streamed(context, head, at, AnswerStream(context, heard=heard), decoder)
    return Collected(context, head, at, AnswerBody(context, head))


@dataclass(slots=True, repr=False)
class Streamed:
    context: AnswerContext
    head: ResponseHead
    at: float
    stream: AnswerStream
    decoder: Decoder
    streams: bool = True
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
        return StartAnswer(OF_THE_BYTES, _named(self.context))

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
        return (SendAnswer(out + self.stream.end(at), end=True),)

    def tick(self, at: float) -> bytes:
        return self.stream.tick(at)

    def stop(self, refused: Refused) -> bytes:
        return self.stream.fail(refused.message, refused.code)

    def fact(self, at: float) -> dict[str, object]:
        return {
            **_fact(self.context, self.head, self.stream.judged, self.stream.usage, at - self.at),
            "held_characters": self.stream.held_most,
            "stop_reason": _storable(self.context, self.stream.stop_reason),
            "complete": self.stream.finished,
            "broken": self.stream.broken,
            "scanned": fact.scanned_fact(self.scanned),
        }


@dataclass(slots=True, repr=False)
class Collected:
    context: AnswerContext
    head: ResponseHead
    at: float
    body: AnswerBody
    streams: bool = False
    _refused: Refused | None = field(default=None)
    _ended: bool = field(default=False)

    @property
    def judged(self) -> Judged:
        return self.body.judged

    @property
    def scanned(self) -> Scanned:
        if self._ended and (self._refused is None or self.body.said is not None):
            return self.body.scanned
        return Scanned(Scan.NOT, (UNREAD if self._ended else CUT_SHORT,))

    @property
    def held_seconds(self) -> float:
        return 0.0

    @property
    def original(self) -> bytes:
        return self.body.plain

    def said(self) -> JsonValue:
        return self.body.said

    def timing(self) -> JsonValue:
        return None

    @property
    def usage(self) -> Usage:
        return self.body.usage

    @property
    def wake_at(self) -> float | None:
        return None

    def start(self) -> Command:
        """For an answer without a body: its head as it is."""
        self._ended = True
        return StartAnswer((), _named(self.context))

    def feed(self, data: bytes, at: float) -> bytes:  # noqa: ARG002  (an answer that is held needs no clock)
        try:
            if self._refused is None:
                self.body.feed(data)
        except Refused as refused:
            self._refused = refused
        return b""

    def end(self, at: float, pending: bytes) -> Sequence[Command]:  # noqa: ARG002
        self._ended = True
        try:
            if self._refused is not None:
                raise self._refused
            body = self.body.end()
        except Refused as refused:
            self._refused = refused
            return self._error(refused)
        if self.head.status == 400 and self.context.uncertain_past and ABOUT_THE_PAST.search(body):
            return self._error(_forgotten(body))
        length = ("content-length", str(len(body)))
        return (StartAnswer(OF_THE_BYTES, (*_named(self.context), length)), SendAnswer(body, end=True))

    def tick(self, at: float) -> bytes:  # noqa: ARG002
        return b""

    def stop(self, refused: Refused) -> bytes:
        self._refused = refused
        return b""

    def fact(self, at: float) -> dict[str, object]:
        return {
            **_fact(self.context, self.head, self.body.judged, self.body.usage, at - self.at),
            "held_characters": 0,
            "stop_reason": _storable(self.context, self.body.stop_reason),
            "complete": self._ended and self._refused is None,
            "broken": self._refused.message if self._refused else None,
            "scanned": fact.scanned_fact(self.scanned),
        }

    def _error(self, refused: Refused) -> Sequence[Command]:
        status, headers, body = error_response(refused, self.context.exchange)
        told = tuple(name for name, _ in self.head.headers if name.startswith("x-should"))
        return (StartAnswer((*OF_THE_BYTES, *told), headers, status), SendAnswer(body, end=True))


def _forgotten(body: bytes) -> Refused:
    from_provider = body.decode(errors="replace")[:500]
    return Refused(400, Code.INVALID_REQUEST, FORGOTTEN + from_provider)


def _storable(context: AnswerContext, word: str | None) -> str | None:
    return fact.storable(word, context.session.court.rules.compiled)


def _named(context: AnswerContext) -> Headers:
    return (("x-gatehouse-exchange", context.exchange),)


def _fact(
    context: AnswerContext, head: ResponseHead, judged: Judged, usage: Usage, seconds: float
) -> dict[str, object]:
    return {
        "exchange": context.exchange,
        "connection": context.connection,
        "status": head.status,
        "verdict": judged.verdict.action.name.lower(),
        "rule": judged.verdict.rule,
        **fact.findings_facts(judged.findings, context.session.court.rules.compiled),
        "usage": fact.usage_fact(usage),
        "seconds": round(seconds, 6),
    }
