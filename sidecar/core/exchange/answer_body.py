"""An answer that is not a stream: held until it is whole, judged, and sent with its true length.

Rules:
- Where nothing changes, the bytes that leave are the bytes that came (uncompressed, if they came compressed).
- An answer that cannot be read is not passed on in the hope that it is harmless, except on a path that a policy
  allowed by name; then the record says that it was not looked at.
- Of a denied answer nothing leaves: an error in the provider's shape takes its place, or a message of our own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.calls import Calls
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged
from sidecar.core.exchange.fact import storable
from sidecar.core.exchange.judgement import judge_answer
from sidecar.core.exchange.refusal import denial
from sidecar.core.exchange.whole_calls import judged_calls, settled_calls
from sidecar.core.model.action import Action, DenyAs
from sidecar.core.model.http import Headers, ResponseHead, first
from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place
from sidecar.core.model.scanned import Scan, Scanned
from sidecar.core.wire import letters
from sidecar.core.wire.claude import compose
from sidecar.core.wire.claude.answer import Usage, doubtful, read_answer
from sidecar.core.wire.claude.endpoints import Endpoint
from sidecar.core.wire.encoding import for_encoding
from sidecar.core.wire.json_strict import parse
from sidecar.core.wire.json_strings import JsonValue, path_of
from sidecar.core.wire.plain.body import read_text

# The largest answers (batch results) come as files of their own; a message has at most some 128,000 tokens.
MAX_ANSWER = 64 * 1024 * 1024
OF_MESSAGES = frozenset({Endpoint.MESSAGES, Endpoint.BATCH_RESULTS})
UNREADABLE = "The upstream's answer cannot be read by the gate, so it was not passed on"
FORGOTTEN = (
    "The provider refused this conversation because words of an earlier turn changed: the gate no longer knows what it "
    "had taken out of them, since it was restarted, or the conversation goes on under another session. Start a new "
    "session; `restore: {survive_restart: true}` keeps the memory over a restart. The provider said: "
)


Line = Callable[[], bytes]  # as it may leave, once every call is decided


@dataclass(slots=True, repr=False)
class AnswerBody:
    context: AnswerContext
    head: ResponseHead
    judged: Judged = field(default_factory=Judged)
    usage: Usage = field(default_factory=Usage)
    stop_reason: str | None = None
    scanned: Scanned = field(default_factory=lambda: Scanned(Scan.WHOLE))
    _body: bytearray = field(default_factory=bytearray)
    said: JsonValue = None  # what the upstream said, unmasked: shown through a veil only
    plain: bytes = field(default=b"")  # what came, uncompressed; kept only to be sealed
    calls: Calls = field(init=False)
    _model: str | None = None
    _lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.calls = Calls(self.context, self.judged)

    def feed(self, data: bytes) -> None:
        if len(self._body) + len(data) > MAX_ANSWER:
            self._body.clear()
            raise Refused(502, Code.API, f"{UNREADABLE}: it is larger than {MAX_ANSWER >> 20} MiB.")
        self._body += data

    @property
    def waits(self) -> bool:
        """For people: the last word on a call is not said."""
        return self.judged.verdict.action < Action.HOLD and bool(self.calls.waiting)

    def judge(self) -> None:
        """It is whole. `Refused` if nobody can read it."""
        body, self._body = self._plain(bytes(self._body)), bytearray()
        self.plain = body if self.context.keep else b""
        self._lines = self._read(body) if body else [_as_it_is(body)]

    def end(self) -> bytes:
        """The body as it may leave, or `Refused`: every call in it is decided."""
        denied = self.judged.verdict.action >= Action.HOLD
        body = b"" if denied else b"\n".join([line() for line in self._lines])
        self.stop_reason = self.calls.stop_reason(self.stop_reason)
        return self._denied() if self.judged.verdict.action >= Action.HOLD else body

    def _denied(self) -> bytes:
        refused = denial(self.judged.verdict, self.context.exchange)
        a_message = self.context.endpoint is Endpoint.MESSAGES and self.head.status == 200
        if self.judged.verdict.deny_as is not DenyAs.ANSWER or not a_message:
            raise refused
        identifier = f"msg_{self.context.exchange}"
        _, body = compose.answer(refused.message, model=self._model or "", id=identifier, stream=False)
        return body

    def _plain(self, body: bytes) -> bytes:
        decoder = for_encoding(encodings(self.head.headers), MAX_ANSWER)
        if decoder is None:
            raise Refused(502, Code.API, f"{UNREADABLE}: its content encoding is unknown.")
        return decoder.feed(body) + decoder.flush()

    def _read(self, body: bytes) -> "list[Line]":
        """Every line of a batch's results, or the whole."""
        letters.checked(self.head.headers, 502)
        kind = (first(self.head.headers, "content-type") or "").partition(";")[0].strip().lower()
        if kind in ("application/x-jsonl", "application/jsonl", "application/x-ndjson"):
            lines: list[JsonValue] = []
            out = [self._line(line, lines) if line.strip() else _as_it_is(line) for line in body.split(b"\n")]
            self.said = {"lines": lines}
            return out
        if kind == "application/json" or kind.endswith("+json"):
            return [self._json(body)]
        # A client that asked for a stream reads one, whatever the answer calls itself.
        other = self.context.endpoint is Endpoint.OTHER and not self.context.stream
        if self.head.status >= 400 or (other and kind.startswith("text/")):
            return [_as_it_is(self._text(body))]
        if other and read_text(body) is not None:
            return [_as_it_is(self._text(body))]
        if other:
            self.scanned = Scanned(Scan.NOT, (f"answer of type {self._storable(kind) or 'unknown'}",))
            self.said = {"unread_bytes": len(body), "sha256": sha256(body).hexdigest()}
            return [_as_it_is(body)]
        raise Refused(502, Code.API, f"{UNREADABLE}: its content type is {kind or 'missing'}.")

    def _storable(self, word: str) -> str | None:
        return storable(word, self.context.session.court.rules.compiled)

    def _line(self, line: bytes, said: list[JsonValue]) -> "Line":
        out = self._json(line)
        said.append(self.said)
        return out

    def _json(self, body: bytes) -> "Line":
        try:
            document = parse(body)
        except Refused as refused:
            if self.head.status >= 400:
                return _as_it_is(self._text(body))
            raise Refused(502, Code.API, f"{UNREADABLE}: {refused.message}") from refused
        if self.context.endpoint in OF_MESSAGES and self.head.status < 400 and doubtful(document.value):
            raise Refused(502, Code.API, f"{UNREADABLE}: clients may read another message in it.")
        self.said = document.value
        answer = read_answer(document)
        self.usage = _summed(self.usage, answer.usage)
        self.stop_reason, self._model = answer.stop_reason, answer.model
        found, rest = judged_calls(self.calls, document, answer.pieces)
        changes = judge_answer(self.context.session, rest, lambda at: path_of(document.value, at), self.judged)
        return lambda: settled_calls(self.calls, document, found, changes)

    def _text(self, body: bytes) -> bytes:
        """Text that is not JSON: a proxy's error page, say."""
        text = body.decode(errors="replace")
        self.said = {"text": text}
        piece = Piece(Place.RESPONSE, "body", (Text(0, text),))
        changes = judge_answer(self.context.session, (piece,), lambda _: "body", self.judged)
        return changes[0].encode() if changes else body


def _as_it_is(body: bytes) -> Line:
    return lambda: body


def _summed(one: Usage, other: Usage) -> Usage:
    """A batch's results are many messages."""
    return Usage(
        one.input_tokens + other.input_tokens,
        one.output_tokens + other.output_tokens,
        one.cache_read_input_tokens + other.cache_read_input_tokens,
        one.cache_creation_input_tokens + other.cache_creation_input_tokens,
    )


def encodings(headers: Headers) -> str:
    """Every content-encoding, in order: the header may come more than once."""
    return ", ".join(value for name, value in headers if name == "content-encoding")
