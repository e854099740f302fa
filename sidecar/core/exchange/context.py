"""What judging an answer needs to know of its request."""

from dataclasses import dataclass, field

from sidecar.core.exchange.desk import Session
from sidecar.core.exchange.mcp.asked import Asked
from sidecar.core.exchange.plain.asked import Plain
from sidecar.core.exchange.tool_call import Understand, unread
from sidecar.core.model.caller import Caller
from sidecar.core.model.piece import Piece
from sidecar.core.wire.claude.endpoints import Endpoint


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """`uncertain_past`: the conversation has signed thinking, and the gate knows none of its words. `keep`: the bytes
    of the answer as they came are kept, to be sealed. `understand`: what a tool call would do. `asked`: on connections
    where no Claude answers. `before`: what the agent and its tools said last, for people who are asked about a call."""

    exchange: str
    connection: str
    session: Session
    endpoint: Endpoint
    stream: bool
    caller: Caller
    uncertain_past: bool = False
    keep: bool = False
    understand: Understand = unread
    gate: str = "gate"
    model: str = ""
    asked: Asked | Plain | None = None
    before: tuple[Piece, ...] = field(default=(), repr=False)
