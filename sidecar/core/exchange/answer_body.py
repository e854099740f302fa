"""An answer that is not a stream: held until it is whole, judged, and sent with its true length.

Rules:
- Where nothing changes, the bytes that leave are the bytes that came (uncompressed, if they came compressed).
- An answer that cannot be read is not passed on in the hope that it is harmless, except on a path that a policy
  allowed by name; then the record says that it was not looked at.
- A denial becomes an error in the provider's shape; nothing of the answer leaves.
"""

from dataclasses import dataclass, field

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged
from sidecar.core.exchange.judgement import judge_answer
from sidecar.core.exchange.refusal import denial
from sidecar.core.mask.splice import spliced
from sidecar.core.model.action import Action
from sidecar.core.model.http import ResponseHead, first
from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place
from sidecar.core.model.scanned import Scan, Scanned
from sidecar.core.wire.claude.answer import Usage, read_answer
from sidecar.core.wire.claude.endpoints import Endpoint
from sidecar.core.wire.encoding import for_encoding
from sidecar.core.wire.json_strict import parse
from sidecar.core.wire.json_strings import path_of

# The largest answers (batch results) come as files of their own; a message has at most some 128,000 tokens.
MAX_ANSWER = 64 * 1024 * 1024
UNREADABLE = "The upstream's answer cannot be read by the gate, so it was not passed on"
FORGOTTEN = (
    "The provider refused this conversation because words of an earlier turn changed: the gate was restarted since and "
    "has forgotten what it had taken out of them. Start a new session; `restore: {survive_restart: true}` prevents "
    "this. "
    "The provider said: "
)


@dataclass(slots=True)
class AnswerBody:
    context: AnswerContext
    head: ResponseHead
    judged: Judged = field(default_factory=Judged)
    usage: Usage = field(default_factory=Usage)
    stop_reason: str | None = None
    scanned: Scanned = field(default_factory=lambda: Scanned(Scan.WHOLE))
    _body: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> None:
        if len(self._body) + len(data) > MAX_ANSWER:
            raise Refused(502, Code.API, f"{UNREADABLE}: it is larger than {MAX_ANSWER >> 20} MiB.")
        self._body += data

    def end(self) -> bytes:
        """The body as it may leave, or `Refused`."""
        body, self._body = self._plain(bytes(self._body)), bytearray()
        body = self._read(body) if body else body
        if self.judged.verdict.action >= Action.HOLD:
            raise denial(self.judged.verdict, self.context.exchange)
        return body

    def _plain(self, body: bytes) -> bytes:
        decoder = for_encoding(first(self.head.headers, "content-encoding") or "identity", MAX_ANSWER)
        if decoder is None:
            raise Refused(502, Code.API, f"{UNREADABLE}: its content encoding is unknown.")
        return decoder.feed(body) + decoder.flush()

    def _read(self, body: bytes) -> bytes:
        kind = (first(self.head.headers, "content-type") or "").partition(";")[0].strip().lower()
        if kind in ("application/x-jsonl", "application/jsonl", "application/x-ndjson"):
            return b"\n".join(self._json(line) if line.strip() else line for line in body.split(b"\n"))
        if kind == "application/json" or kind.endswith("+json"):
            return self._json(body)
        if kind.startswith("text/") or self.head.status >= 400:
            return self._text(body)
        if self.context.endpoint is Endpoint.OTHER:
            self.scanned = Scanned(Scan.NOT, (f"answer of type {kind or 'unknown'}",))
            return body
        raise Refused(502, Code.API, f"{UNREADABLE}: its content type is {kind or 'missing'}.")

    def _json(self, body: bytes) -> bytes:
        try:
            document = parse(body)
        except Refused as refused:
            if self.head.status >= 400:
                return self._text(body)
            raise Refused(502, Code.API, f"{UNREADABLE}: {refused.message}") from refused
        answer = read_answer(document)
        self.usage, self.stop_reason = answer.usage, answer.stop_reason
        changes = judge_answer(self.context.session, answer.pieces, lambda at: path_of(document.value, at), self.judged)
        return spliced(body, changes) if changes else body

    def _text(self, body: bytes) -> bytes:
        """Text that is not JSON: a proxy's error page, say."""
        text = body.decode(errors="replace")
        piece = Piece(Place.RESPONSE, "body", (Text(0, text),))
        changes = judge_answer(self.context.session, (piece,), lambda _: "body", self.judged)
        return changes[0].encode() if changes else body
