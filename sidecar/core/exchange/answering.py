"""The answer's side of an exchange: which kind of answer it is, and what the exchange asks of it."""

from collections.abc import Sequence
from typing import Protocol

from sidecar.core.errors import Refused
from sidecar.core.exchange.answer_body import AnswerBody, encodings
from sidecar.core.exchange.answer_stream import AnswerStream
from sidecar.core.exchange.calls import Calls
from sidecar.core.exchange.collected import Collected
from sidecar.core.exchange.commands import Command, Record
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged
from sidecar.core.exchange.hearing import Hearing
from sidecar.core.exchange.mcp.answer import mcp_answer
from sidecar.core.exchange.mcp.asked import Asked
from sidecar.core.exchange.mcp.gathered import McpGathered
from sidecar.core.exchange.plain.answer import PlainAnswer
from sidecar.core.exchange.plain.asked import Plain
from sidecar.core.exchange.streamed import Streamed
from sidecar.core.model.http import ResponseHead, first
from sidecar.core.model.scanned import Scanned
from sidecar.core.wire import letters
from sidecar.core.wire.claude.answer import Usage
from sidecar.core.wire.encoding import for_encoding
from sidecar.core.wire.json_strings import JsonValue

# The longest answers are some 20 MB of events; beyond this a compressed stream is a bomb.
MAX_STREAM = 256 * 1024 * 1024


class Answering(Protocol):
    """What the exchange asks of an answer."""

    context: AnswerContext
    head: ResponseHead
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
    def end(self, at: float, pending: bytes) -> Sequence[Command]:
        """The upstream said all. It is over then, unless it waits."""

    def tick(self, at: float) -> bytes: ...
    @property
    def calls(self) -> Calls: ...
    @property
    def over(self) -> bool:
        """The upstream said all."""

    @property
    def delivered(self) -> bool:
        """The client has all that it asked for, though the upstream has not ended: clients that know leave then."""

    @property
    def waits(self) -> bool:
        """For people, who are asked about a tool call."""

    def decided(self, at: float) -> Sequence[Command]:
        """They answered, and `calls` knows it: what follows, the end too if there is nothing more to come."""

    def told(self, at: float) -> Sequence[Record]:
        """What the record is to hear before what was settled last leaves."""

    def stop(self, refused: Refused) -> bytes:
        """The last bytes of an answer that people stopped."""

    def fact(self, at: float) -> dict[str, object]: ...


def answering(
    context: AnswerContext, head: ResponseHead, at: float, since: float | None = None, *, gathers: bool = False
) -> Answering:
    """An event stream flows; everything else is held until it is whole, also a stream that nobody can read. `since`:
    when the request was forwarded. `gathers`: the client waits for one message of MCP, and reads no stream."""
    if isinstance(context.asked, Asked):
        return (McpGathered if gathers else mcp_answer)(context, context.asked, head, at)
    if isinstance(context.asked, Plain):
        return PlainAnswer(context, head, at)
    kind = (first(head.headers, "content-type") or "").partition(";")[0].strip().lower()
    if kind == "text/event-stream" and head.status < 300 and letters.usual(head.headers):
        decoder = for_encoding(encodings(head.headers), MAX_STREAM)
        if decoder is not None:
            heard = Hearing(at if since is None else since)
            return Streamed(context, head, at, AnswerStream(context, heard=heard), decoder)
    return Collected(context, head, at, AnswerBody(context, head))
