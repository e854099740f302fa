"""What a client hears while people think about its request: that it waits, and for how long already.

Strategy: clients give up on a request after a time without a word of it (60 seconds in the TypeScript SDK), and many
begin to count anew with each progress notification. A client that asked for none gets comments, which keep its
connection open. One that reads no streams gets empty lines before its one JSON text, where JSON allows them (RFC 8259,
2): it hears nothing, and its clock of silence begins anew.

Rules:
- Only a client that names event streams or JSON in `accept` is kept so: `*/*` is what the older transport says, and its
  answers come elsewhere. And nobody who waits for `initialize`, as the head of that answer carries the session.
- `progress` is the share that is over of the time that people have, so it rises, and stays below what a server counts
  from 1 later.
"""

from dataclasses import dataclass

from sidecar.core.model.http import Headers, RequestHead
from sidecar.core.wire.mcp import reply
from sidecar.core.wire.mcp.message import LONGEST_ID, Id, Kind, Message

# People may have decided already, or nobody can be asked: what is known within this time is answered as ever.
SOON = 1.0
# Half of the shortest time-out that a client is likely to have.
EVERY = 5.0
STREAM, JSON, INITIALIZE = "text/event-stream", "application/json", "initialize"
EMPTY = b"\n"


@dataclass(frozen=True, slots=True)
class Waits:
    """`token`: of the progress that the client asked to hear of, if it did. `streams`: it reads event streams."""

    exchange: str
    method: str
    id: Id
    token: Id | None
    streams: bool = True

    @property
    def headers(self) -> Headers:
        plain = (("content-type", STREAM if self.streams else JSON), ("cache-control", "no-cache, no-transform"))
        return (*plain, ("x-gatehouse-exchange", self.exchange))

    def waiting(self, seconds: float, most: float, rule: str) -> bytes:
        return self._told(seconds, most, f"Waiting for a person's approval (rule {rule}), {seconds:.0f} s.")

    def let_go(self, seconds: float, most: float) -> bytes:
        return self._told(seconds, most, f"Approved after {seconds:.0f} s: the call is on its way.")

    def answer(self, message: bytes) -> bytes:
        """The last that the client gets."""
        return reply.event_of(message) if self.streams else message

    def _told(self, seconds: float, most: float, words: str) -> bytes:
        if not self.streams:
            return EMPTY
        if self.token is None:
            return b": %s\n\n" % words.encode("ascii", "replace")
        return reply.event(reply.progress(self.token, round(min(1.0, seconds / most), 6), words))


def waits(exchange: str, head: RequestHead, message: Message | None) -> Waits | None:
    """How a client can be kept; nothing if it cannot."""
    accepted = ",".join(value for name, value in head.headers if name == "accept").lower()
    if message is None or message.kind is not Kind.REQUEST or message.method in (None, INITIALIZE):
        return None
    if message.id is None or not (STREAM in accepted or JSON in accepted):
        return None
    return Waits(exchange, message.method or "", message.id, _token(message), STREAM in accepted)


def _token(message: Message) -> Id | None:
    """It is said again every few seconds: one that is longer than any id is nobody's."""
    meta = message.params.get("_meta")
    found = meta.get("progressToken") if isinstance(meta, dict) else None
    if isinstance(found, str):
        return found if len(found) <= LONGEST_ID else None
    return found if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 2**63 else None
