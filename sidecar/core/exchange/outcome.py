"""What comes of a whole request."""

from dataclasses import dataclass, field

from sidecar.core.errors import Refused
from sidecar.core.exchange import fact
from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.holding import Held
from sidecar.core.exchange.mcp.waits import Waits
from sidecar.core.exchange.request_record import Written
from sidecar.core.exchange.route import Route
from sidecar.core.exchange.shape import Shape
from sidecar.core.model.caller import Caller
from sidecar.core.model.http import RequestHead
from sidecar.core.wire.claude.errors import error_response


@dataclass(frozen=True, slots=True)
class Arrived:
    """A whole request, as it came. `upgrade`: what it would leave HTTP for."""

    id: str
    head: RequestHead
    caller: Caller | None
    body: bytes | None = field(repr=False)
    at: float
    upgrade: str = ""


@dataclass(frozen=True, slots=True)
class Go:
    """Forward: these bytes, to this connection; if it is held, once people have said yes. `waits`: how the client is
    kept meanwhile, if it can be."""

    route: Route
    remove: tuple[str, ...]
    set: tuple[tuple[str, str], ...]
    body: bytes | None
    answer: AnswerContext
    held: Held | None = None
    waits: Waits | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer here, with 200."""

    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Decision:
    """`who`: whose call it is, and where it goes, as far as that is known. `unrecorded`: the policies by which it goes
    on although the record is full. `shape`: how a refusal reads there. `calls`: what else is recorded of it."""

    outcome: Go | Reply | Refused
    fact: fact.Fact
    written: Written | None = None
    who: tuple[Caller, str] | None = None
    unrecorded: tuple[str, ...] = ()
    shape: Shape = error_response
    calls: tuple[Record, ...] = ()
