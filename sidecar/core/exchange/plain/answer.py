"""The answer of any other HTTP server: held until it is whole, judged, and sent with its true length.

Rules:
- Headers are judged as the body is, and masked where they stand; a refusal has none of the server's.
- What nobody can read (a picture, a file that is no text) passes, and the record says that it was not looked at: that
  this path may be used at all, a policy said by name.
- Text and JSON that are not what they say do not pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.answer_body import MAX_ANSWER, encodings
from sidecar.core.exchange.answer_fact import answer_fact, type_of
from sidecar.core.exchange.answer_headers import judged_headers
from sidecar.core.exchange.budget import after_results
from sidecar.core.exchange.calls import Calls
from sidecar.core.exchange.commands import Command, Record, SendAnswer, StartAnswer
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged
from sidecar.core.exchange.fact import storable
from sidecar.core.exchange.judgement import judge_escaped, judge_texts
from sidecar.core.exchange.plain import redirect
from sidecar.core.exchange.plain.asked import Plain
from sidecar.core.exchange.plain.redirect import LOCATION
from sidecar.core.exchange.refusal import denial
from sidecar.core.exchange.rewriting import rewritten_body, written_down
from sidecar.core.model.action import Action
from sidecar.core.model.http import Headers, ResponseHead, names
from sidecar.core.model.place import Place
from sidecar.core.model.scanned import Scan, Scanned
from sidecar.core.wire import letters
from sidecar.core.wire.claude.answer import Usage
from sidecar.core.wire.encoding import for_encoding
from sidecar.core.wire.json_strict import JsonLimits
from sidecar.core.wire.json_strings import JsonValue
from sidecar.core.wire.plain.body import Body, read_body, read_text
from sidecar.core.wire.plain.reply import response

OF_THE_BYTES = ("content-length", "content-encoding", "transfer-encoding", "etag", "content-md5", "digest")
LIMITS = JsonLimits(bytes=MAX_ANSWER)


@dataclass(slots=True, repr=False)
class PlainAnswer:
    context: AnswerContext
    head: ResponseHead
    at: float
    streams: bool = False
    judged: Judged = field(default_factory=Judged)
    usage: Usage = field(default_factory=Usage)
    held_seconds: float = 0.0
    wake_at: float | None = None
    scanned: Scanned = field(default_factory=lambda: Scanned(Scan.NOT, ("it never became whole",)))
    original: bytes = b""
    _body: bytearray = field(default_factory=bytearray)
    _refused: Refused | None = None
    _ended: bool = False
    _said: JsonValue = None

    def said(self) -> JsonValue:
        return self._said

    def timing(self) -> JsonValue:
        return None

    def told(self, at: float) -> Sequence[Record]:  # noqa: ARG002  (nothing in an answer is recorded by itself)
        return ()

    @property
    def calls(self) -> Calls:
        """None: nobody calls a tool here."""
        return Calls(self.context, self.judged)

    @property
    def delivered(self) -> bool:
        return False  # it leaves when it is whole

    @property
    def over(self) -> bool:
        return self._ended

    @property
    def waits(self) -> bool:
        return False

    def decided(self, at: float) -> Sequence[Command]:  # noqa: ARG002
        return ()

    def tick(self, at: float) -> bytes:  # noqa: ARG002
        return b""

    def start(self) -> Command:
        """For an answer without a body."""
        self._ended, self.scanned = True, Scanned(Scan.WHOLE)
        try:
            return StartAnswer((), self._named())
        except Refused as refused:
            self._refused = refused
            status, _, _ = response(refused, self.context.exchange)
            return StartAnswer(self._theirs(), (("x-gatehouse-exchange", self.context.exchange),), status)

    def feed(self, data: bytes, at: float) -> bytes:  # noqa: ARG002
        if len(self._body) + len(data) > MAX_ANSWER:
            self._refused = Refused(502, Code.API, f"The answer is larger than {MAX_ANSWER >> 20} MiB.")
            self._body.clear()
        if self._refused is None:
            self._body += data
        return b""

    def end(self, at: float, pending: bytes) -> Sequence[Command]:  # noqa: ARG002
        self._ended = True
        try:
            if self._refused is not None:
                raise self._refused
            body, named = self._whole(), self._named()
        except Refused as refused:
            self._refused = refused
            status, headers, told = response(refused, self.context.exchange)
            return (StartAnswer(self._theirs(), headers, status), SendAnswer(told, end=True))
        length = ("content-length", str(len(body)))
        return (StartAnswer(OF_THE_BYTES, (*named, length)), SendAnswer(body, end=True))

    def stop(self, refused: Refused) -> bytes:
        self._refused = refused
        return b""

    def fact(self, at: float) -> dict[str, object]:
        refused = self._refused
        return answer_fact(
            self.context,
            self.head,
            self.judged,
            at - self.at,
            complete=self._ended and refused is None,
            broken=refused.message if refused else None,
            scanned=self.scanned,
        )

    def _whole(self) -> bytes:
        decoder = for_encoding(encodings(self.head.headers), MAX_ANSWER)
        if decoder is None:
            raise Refused(502, Code.API, "The answer is encoded in a way that the gate cannot read.")
        body = decoder.feed(bytes(self._body)) + decoder.flush()
        self._body.clear()
        self.original = body if self.context.keep else b""
        return self._read(type_of(self.head.headers), body)

    def _read(self, kind: str, body: bytes) -> bytes:
        read = _readable(kind, body) if body else None
        if read is None:
            unknown = storable(kind, self.context.session.court.rules.compiled) or "unknown"
            self.scanned = Scanned(Scan.NOT, (f"answer of type {unknown}",)) if body else Scanned(Scan.WHOLE)
            self._said = {"unread_bytes": len(body)} if body else None
            return body
        letters.checked(self.head.headers, 502)
        self.scanned = Scanned(Scan.WHOLE)
        pieces = (read.piece(Place.RESPONSE),)
        judge_texts(self.context.session, pieces, "answer", read.path, self.judged)
        judge_escaped(self.context.session, pieces, "answer", read.path, self.judged)
        memory = self.context.session.memory
        memory.remember_use(after_results(memory.use, self.judged.findings))
        self._said = {"body": written_down(read, self.judged.shown).value}
        if self.judged.verdict.action >= Action.HOLD:
            raise denial(self.judged.verdict, self.context.exchange)
        return rewritten_body(read, self.judged.changes)

    def _named(self) -> Headers:
        ours: Headers = (("x-gatehouse-exchange", self.context.exchange),)
        asked, theirs = self.context.asked, self.head.headers
        if isinstance(asked, Plain):
            headed = redirect.headed(theirs, self.head.status, asked.url, asked.prefix)
            ours, theirs = (*ours, *headed), (*(one for one in theirs if not headed or one[0] != LOCATION), *headed)
        masked = judged_headers(self.context.session, theirs, Place.RESPONSE, self.judged)
        if self.judged.verdict.action >= Action.HOLD:
            raise denial(self.judged.verdict, self.context.exchange)
        changed = names(masked)
        return (*(one for one in ours if one[0] not in changed), *masked)

    def _theirs(self) -> tuple[str, ...]:
        """Every header of the server's: nothing of it passes with a refusal."""
        return tuple(dict.fromkeys((*OF_THE_BYTES, *names(self.head.headers))))


def _readable(kind: str, body: bytes) -> Body | None:
    try:
        return read_body(kind, body, LIMITS) or read_text(body)
    except Refused as refused:
        raise Refused(502, Code.API, f"The answer is not what it says it is. {refused.message}") from refused
