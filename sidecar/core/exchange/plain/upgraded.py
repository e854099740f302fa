"""A WebSocket: its handshake was judged, and what passes afterwards is looked at by nobody.

Strategy: Envoy carries the frames by itself. The exchange stays for as long as the socket does, so that the record
tells how long that was and that nothing was read, and so that it can be cut: when people stop the caller, when its
time is over, when the rules are others than those that let it pass.

Rule: an answer that opens no WebSocket does not pass. Its status does, where it is an error: clients go by that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.answer_fact import answer_fact
from sidecar.core.exchange.answer_head import named
from sidecar.core.exchange.calls import Calls
from sidecar.core.exchange.commands import Command, Record, StartAnswer
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged
from sidecar.core.exchange.plain.asked import Handshake
from sidecar.core.exchange.rules import Rules
from sidecar.core.model.http import ResponseHead
from sidecar.core.model.scanned import Scan, Scanned
from sidecar.core.wire.claude.answer import Usage
from sidecar.core.wire.json_strings import JsonValue
from sidecar.core.wire.plain.websocket import grants

UNREAD = Scanned(Scan.NOT, ("frames of a websocket",))
# How soon after a change of the rules a WebSocket ends that older ones let pass.
LOOK_EVERY = 5.0
OVER = "its time was over (upgrade_timeout)"
OTHER_RULES = "other rules are in force than those that let it pass"


@dataclass(slots=True, repr=False)
class Upgraded:
    """`rules`: in force when the handshake left. `broken`: why it was cut or never opened."""

    context: AnswerContext
    head: ResponseHead
    at: float
    asked: Handshake
    rules: Rules
    streams: bool = False
    judged: Judged = field(default_factory=Judged)
    usage: Usage = field(default_factory=Usage)
    held_seconds: float = 0.0
    scanned: Scanned = UNREAD
    original: bytes = b""
    broken: str | None = None
    wake_at: float | None = None

    def refused(self) -> Refused | None:
        """Why this answer may not pass."""
        if grants(self.head, self.asked.key):
            return None
        status = self.head.status
        self.scanned = Scanned(Scan.WHOLE)  # a status, and nothing with it
        self.broken = f"The server opened no WebSocket: it answered with status {status}."
        return Refused(status if 400 <= status <= 599 else 502, Code.API, self.broken)

    def ends_because(self, rules: Rules, at: float) -> str | None:
        """Why it may not stay open; nothing if it may."""
        if at - self.at >= self.asked.lasts:
            return OVER
        return OTHER_RULES if rules is not self.rules else None

    def next_look(self, at: float) -> float:
        return min(at + LOOK_EVERY, self.at + self.asked.lasts)

    def start(self) -> Command:
        return StartAnswer((), named(self.context))

    def fact(self, at: float) -> dict[str, object]:
        opened = self.head.status == 101
        return answer_fact(
            self.context,
            self.head,
            self.judged,
            at - self.at,
            complete=opened and self.broken is None,
            broken=self.broken,
            scanned=self.scanned,
        )

    def said(self) -> JsonValue:
        return None

    def timing(self) -> JsonValue:
        return None

    @property
    def calls(self) -> Calls:
        """None: nobody can tell."""
        return Calls(self.context, self.judged)

    @property
    def delivered(self) -> bool:
        """However it ends, it is over then."""
        return True

    @property
    def over(self) -> bool:
        return False

    @property
    def waits(self) -> bool:
        return False

    def feed(self, data: bytes, at: float) -> bytes:  # noqa: ARG002
        raise RuntimeError("a frame was shown to the gate")

    def end(self, at: float, pending: bytes) -> Sequence[Command]:  # noqa: ARG002
        raise RuntimeError("a frame was shown to the gate")

    def tick(self, at: float) -> bytes:  # noqa: ARG002
        return b""

    def decided(self, at: float) -> Sequence[Command]:  # noqa: ARG002
        return ()

    def told(self, at: float) -> Sequence[Record]:  # noqa: ARG002
        return ()

    def stop(self, refused: Refused) -> bytes:
        self.broken = refused.message
        return b""
