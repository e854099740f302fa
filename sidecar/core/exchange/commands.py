"""What an exchange asks of the world. Whoever carries them out does so in order.

A command that waits names the event that answers it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sidecar.core.approval.asked import Asked
from sidecar.core.model.http import Headers


@dataclass(frozen=True, slots=True)
class Record:
    """Make this fact durable. Answered by `Recorded`. `fact` is JSON-ready and holds no sensitive value.

    `parts` are the large texts that the fact names by the hexadecimal SHA-256 of their bytes: what repeats from turn to
    turn is stored once. They hold no sensitive value either. `original` does: what came, unmasked, to be sealed for an
    auditor before anything of it is stored; there is one only where the gate keeps originals.
    """

    kind: str
    fact: Mapping[str, object]
    wait: bool = True  # False: nothing depends on it; no `Recorded` comes
    parts: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    original: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask people. Answered by `Settled`, after `patience` seconds at the latest; until then the exchange hears on."""

    asked: Asked
    patience: float


@dataclass(frozen=True, slots=True)
class Forward:
    """Let the request go to a connection, exactly like this: these headers removed and set, this path, this body.

    `body` is None when the request had none. The credential of the connection and the route secret are added by the
    one who carries this out; the core never sees them. Answered by `ForwardFailed` only when it could not be done.
    """

    connection: str
    path: str
    remove: tuple[str, ...]
    set: Headers
    body: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenAnswer:
    """Begin an answer with status 200 and these headers, although the request has not been forwarded.

    `SendAnswer` may follow at any time. So may `Forward`: its answer comes as ever, but its head goes nowhere, and
    there is no `StartAnswer` and no `Respond` any more.
    """

    headers: Headers


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer the client without any upstream. Ends the exchange."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StartAnswer:
    """Let the head of the upstream's answer go, with these headers removed and set."""

    remove: tuple[str, ...] = ()
    set: Headers = ()
    status: int | None = None  # None: as the upstream said


@dataclass(frozen=True, slots=True)
class SendAnswer:
    """Bytes of the answer's body. `end`: these are the last."""

    data: bytes = field(repr=False)
    end: bool = False


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Send a `Tick` at this time. A later `WakeAt` replaces an earlier one; None cancels."""

    at: float | None


@dataclass(frozen=True, slots=True)
class Fail:
    """Break the exchange off: the stream fails, and so does the request. `reason` is for the log."""

    reason: str


Command = Record | Ask | Forward | OpenAnswer | Respond | StartAnswer | SendAnswer | WakeAt | Fail
