"""A server's answer: one message, a stream of them, or none; each judged before it leaves.

Strategy: every event of a stream carries one whole message, so it is judged as it stands and leaves at once; events
without data leave as they are. In the older transport the first event names the address for the client's messages (see
`older`).

Rules:
- Of the server's headers a closed list leaves, as of the client's.
- After an error nothing of the upstream leaves; the request is answered for if it has an id.
- The server's own 401 and its redirects do not reach the client: it would send its people to sign in somewhere else, or
  go around the gate. They are the gate's affair, and told as such.
- What is no message (an error page) is judged as text, and leaves as what it was judged as: some clients look for
  `application/json` or `text/event-stream` anywhere in the type, and would take messages out of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.answer_body import encodings
from sidecar.core.exchange.answer_fact import answer_fact, type_of
from sidecar.core.exchange.answer_headers import judged_headers
from sidecar.core.exchange.calls import Calls
from sidecar.core.exchange.commands import Command, Record, SendAnswer, StartAnswer
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged
from sidecar.core.exchange.judgement import judge_texts
from sidecar.core.exchange.mcp import older
from sidecar.core.exchange.mcp.asked import Asked
from sidecar.core.exchange.mcp.said import LIMITS, Saying
from sidecar.core.exchange.refusal import denial
from sidecar.core.exchange.rewriting import rewritten_body, written_down
from sidecar.core.model.action import Action
from sidecar.core.model.http import Headers, ResponseHead, first, names
from sidecar.core.model.place import Place
from sidecar.core.model.scanned import Scan, Scanned
from sidecar.core.wire import letters, sse
from sidecar.core.wire.claude.answer import Usage
from sidecar.core.wire.encoding import Decoder, for_encoding
from sidecar.core.wire.json_strings import JsonValue
from sidecar.core.wire.mcp import bound, reply
from sidecar.core.wire.plain.body import read_body

MOST = LIMITS.bytes
# Those of a client of MCP; cookies and addresses are for browsers.
PASSED_BACK = frozenset(
    {"allow", "cache-control", "content-language", "content-type", "date", "mcp-protocol-version", "retry-after"}
)
OF_THE_BYTES = ("content-length", "content-encoding", "transfer-encoding", "etag", "content-md5", "digest")
SESSION = "mcp-session-id"
_PAGES = r"text/(plain|html)|application/([a-z.]+\+)?json"
_NOT_OURS = "The server {}. That is for the people who run the gate: {}."


def mcp_answer(context: AnswerContext, asked: Asked, head: ResponseHead, at: float) -> "McpStream | McpBody":
    """A stream flows, anything else is held until it is whole."""
    named = encodings(head.headers)
    # A stream may go on for days; only what grows when it is decoded needs an end.
    decoder = for_encoding(named, MOST if named else None)
    flows = type_of(head.headers) == "text/event-stream" and letters.usual(head.headers)
    if flows and head.status < 300 and decoder is not None:
        return McpStream(context, asked, head, at, decoder=decoder)
    return McpBody(context, asked, head, at)


@dataclass(slots=True, repr=False)
class _Answer:
    """What both kinds have in common."""

    context: AnswerContext
    asked: Asked
    head: ResponseHead
    at: float
    streams: bool = False
    usage: Usage = field(default_factory=Usage)
    held_seconds: float = 0.0
    wake_at: float | None = None
    saying: Saying = field(init=False)
    broken: str | None = None
    ended: bool = False
    plain: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self.saying = Saying(self.context, self.asked)

    @property
    def judged(self) -> Judged:
        return self.saying.judged

    @property
    def scanned(self) -> Scanned:
        unscanned = tuple(self.saying.unscanned)
        return Scanned(Scan.PARTLY if unscanned else Scan.WHOLE, unscanned)

    @property
    def original(self) -> bytes:
        return bytes(self.plain)

    def said(self) -> JsonValue:
        return self.saying.told()

    def timing(self) -> JsonValue:
        return None

    def told(self, at: float) -> Sequence[Record]:  # noqa: ARG002  (nothing in an answer is recorded by itself)
        return ()

    @property
    def calls(self) -> Calls:
        """None: those of a server's were judged on their way to it."""
        return Calls(self.context, self.judged)

    @property
    def over(self) -> bool:
        return self.ended

    @property
    def delivered(self) -> bool:
        return self.saying.answered

    @property
    def waits(self) -> bool:
        return False

    def decided(self, at: float) -> Sequence[Command]:  # noqa: ARG002
        return ()

    def tick(self, at: float) -> bytes:  # noqa: ARG002
        return b""

    def fact(self, at: float) -> dict[str, object]:
        complete = (self.ended or self.delivered) and self.broken is None
        seconds, scanned = at - self.at, self.scanned
        return answer_fact(
            self.context, self.head, self.judged, seconds, complete=complete, broken=self.broken, scanned=scanned
        )

    def _head(self) -> tuple[tuple[str, ...], Headers]:
        """The session's id as this caller may use it, and few others: what a rule minds in those goes like the rest."""
        theirs = tuple(one for one in self.head.headers if one[0] in PASSED_BACK)
        part = Judged()
        masked = judged_headers(self.context.session, theirs, Place.TOOL_RESULT, part)
        self.judged.found(part)
        if part.verdict.action >= Action.HOLD:
            theirs = masked = ()
        given = first(self.head.headers, SESSION)
        sealed = bound.sealed(given, self.asked.key, *self.asked.shop) if given is not None else None
        session: Headers = ((SESSION, sealed),) if sealed is not None else ()
        stays = {name for name, _ in (*theirs, *session)}
        gone = tuple(name for name in names(self.head.headers) if name not in stays)
        return gone, (("x-gatehouse-exchange", self.context.exchange), *masked, *session)

    def _refusal(self, refused: Refused) -> bytes:
        return reply.refusal(refused, self.asked.method, self.asked.id, self.context.exchange)


@dataclass(slots=True, repr=False)
class McpStream(_Answer):
    decoder: Decoder = field(kw_only=True)
    streams: bool = True
    _sse: sse.SseReader = field(default_factory=sse.SseReader)

    def start(self) -> Command:
        removed, added = self._head()
        return StartAnswer((*OF_THE_BYTES, *removed), added)

    def feed(self, data: bytes, at: float) -> bytes:  # noqa: ARG002
        return self._take(data, end=False)

    def end(self, at: float, pending: bytes) -> Sequence[Command]:  # noqa: ARG002
        out = pending + self._take(b"", end=True)
        self.ended = True
        return (SendAnswer(out, end=True),)

    def stop(self, refused: Refused) -> bytes:
        return self._break(refused)

    def _take(self, data: bytes, *, end: bool) -> bytes:
        out = bytearray()
        if self.broken is not None:
            return b""
        try:
            plain = self.decoder.feed(data) + (self.decoder.flush() if end else b"")
            if self.context.keep:
                self.plain += plain
            for event in self._sse.feed(plain, end=end):
                out += self._event(event)
        except Refused as refused:
            out += self._break(refused)
        return bytes(out)

    def _event(self, event: sse.SseEvent) -> bytes:
        if not event.data:
            return event.raw
        if event.event == "endpoint":
            return sse.with_data(event, older.told(event.data, self.asked).encode())
        came = sse.data_bytes(event)
        leaves = self.saying.take(came)
        return event.raw if leaves == came else sse.with_data(event, leaves)

    def _break(self, refused: Refused) -> bytes:
        """What is broken off is answered for."""
        self.broken = refused.message
        return reply.event(self._refusal(refused)) if self.asked.id is not None else b""


@dataclass(slots=True, repr=False)
class McpBody(_Answer):
    _body: bytearray = field(default_factory=bytearray)
    _refused: Refused | None = None
    _text: JsonValue = None
    _kind: str = ""  # of what is no message

    def start(self) -> Command:
        """For an answer without a body."""
        self.ended = True
        refused = self._not_ours()
        if refused is not None:
            return StartAnswer(names(self.head.headers), (), 502)
        removed, added = self._head()
        return StartAnswer(removed, added)

    def feed(self, data: bytes, at: float) -> bytes:  # noqa: ARG002
        if self._refused is None and len(self._body) + len(data) > MOST:
            self._refused = Refused(502, Code.API, f"The server's answer is larger than {MOST >> 20} MiB.")
        if self._refused is None:
            self._body += data
        return b""

    def end(self, at: float, pending: bytes) -> Sequence[Command]:  # noqa: ARG002
        self.ended = True
        try:
            if self._refused is not None:
                raise self._refused
            body = self._whole()
        except Refused as refused:
            return self._error(refused)
        removed, added = self._head()
        length = ("content-length", str(len(body)))
        kind: Headers = (("content-type", self._kind),) if self._kind else ()
        return (StartAnswer((*OF_THE_BYTES, *removed), (*added, *kind, length)), SendAnswer(body, end=True))

    def stop(self, refused: Refused) -> bytes:
        self.broken = refused.message
        return b""

    def said(self) -> JsonValue:
        return self.saying.told() or self._text

    def _whole(self) -> bytes:
        if (not_ours := self._not_ours()) is not None:
            raise not_ours
        decoder = for_encoding(encodings(self.head.headers), MOST)
        if decoder is None:
            raise Refused(502, Code.API, "The server's answer is encoded in a way that the gate cannot read.")
        body = decoder.feed(bytes(self._body)) + decoder.flush()
        if self.context.keep:
            self.plain += body
        kind = type_of(self.head.headers)
        if not body:
            return body
        return self._read(kind, body)

    def _read(self, kind: str, body: bytes) -> bytes:
        letters.checked(self.head.headers, 502)
        if "json" in kind and self.head.status < 300:
            return self.saying.take(body)
        return self._other(kind or "text/plain", body)

    def _other(self, kind: str, body: bytes) -> bytes:
        """No message: an error in JSON, or a page."""
        self._kind = kind if re.fullmatch(_PAGES, kind) else "text/plain"
        try:
            read = read_body(kind, body, LIMITS)
        except Refused as refused:
            raise Refused(502, Code.API, f"The answer is not what it says it is. {refused.message}") from refused
        if read is None:
            raise Refused(502, Code.API, "The server's answer is of a type that the gate cannot read.")
        judged = self.judged
        judge_texts(self.context.session, (read.piece(Place.TOOL_RESULT),), "answer", read.path, judged)
        self._text = {"body": written_down(read, judged.shown).value}
        if judged.verdict.action >= Action.HOLD:
            raise denial(judged.verdict, self.context.exchange)
        return rewritten_body(read, judged.changes)

    def _not_ours(self) -> Refused | None:
        if self.head.status == 401:
            why = _NOT_OURS.format("does not accept the gate's credential", "check the connection's credential")
        elif 300 <= self.head.status < 400 and self.head.status != 304:
            why = _NOT_OURS.format("sent the gate elsewhere", "set the connection's url to the final address")
        else:
            return None
        return Refused(502, Code.API, why)

    def _error(self, refused: Refused) -> Sequence[Command]:
        self.broken = refused.message
        status, headers, body = reply.response(refused, self.asked.method, self.asked.id, self.context.exchange)
        gone = tuple(dict.fromkeys((*OF_THE_BYTES, *names(self.head.headers))))
        return (StartAnswer(gone, headers, status), SendAnswer(body, end=True))
