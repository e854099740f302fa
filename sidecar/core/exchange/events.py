"""What can happen to an exchange. IO failure is a value in an event, never an exception.

`at` is seconds on a clock that only moves forward; the core never asks for the time.
"""

from dataclasses import dataclass, field

from sidecar.core.approval.answer import Answer
from sidecar.core.errors import Refused
from sidecar.core.model.block import Block
from sidecar.core.model.caller import Caller
from sidecar.core.model.http import RequestHead, ResponseHead


@dataclass(frozen=True, slots=True)
class RequestStarted:
    """The head of the request arrived. `caller` is nothing when no token was verified. `end`: there is no body.
    `upgrade`: what it would leave HTTP for (`websocket`), after which nothing more of it is shown."""

    head: RequestHead
    caller: Caller | None
    at: float
    end: bool = False
    upgrade: str = ""


@dataclass(frozen=True, slots=True)
class RequestChunk:
    data: bytes = field(repr=False)
    at: float
    end: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """The answer to `Record`: the event is on disk, or `failed` says why not (without secrets).

    `full`: it failed only because the record is at its limit.
    """

    at: float
    failed: str | None = None
    full: bool = False


@dataclass(frozen=True, slots=True)
class ForwardFailed:
    """The answer to a `Forward` that could not be done (no credential for the connection, say)."""

    refused: Refused
    at: float


@dataclass(frozen=True, slots=True)
class Settled:
    """The answer to `Ask`."""

    answer: Answer
    at: float


@dataclass(frozen=True, slots=True)
class ResponseStarted:
    head: ResponseHead
    at: float
    end: bool = False


@dataclass(frozen=True, slots=True)
class ResponseChunk:
    data: bytes = field(repr=False)
    at: float
    end: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """A time asked for with `WakeAt` has come."""

    at: float


@dataclass(frozen=True, slots=True)
class Gone:
    """The other side ended the exchange: the client went away, or the upstream broke."""

    at: float


@dataclass(frozen=True, slots=True)
class Stopped:
    """People stopped this caller, or this connection, while the exchange was open."""

    block: Block
    at: float


Event = (
    RequestStarted
    | RequestChunk
    | Recorded
    | ForwardFailed
    | Settled
    | ResponseStarted
    | ResponseChunk
    | Tick
    | Gone
    | Stopped
)
