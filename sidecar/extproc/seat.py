"""What a dialogue needs from the rest of the program."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from sidecar.core.approval.answer import Answer, Outcome
from sidecar.core.approval.asked import Asked
from sidecar.core.exchange.commands import Command
from sidecar.core.exchange.events import Event
from sidecar.core.model.block import Block
from sidecar.core.model.caller import Caller
from sidecar.core.model.http import Headers
from sidecar.extproc.identity import ClaimNames
from sidecar.extproc.messages import Outbound

# Large texts by the hexadecimal SHA-256 of their bytes: see `Record` in sidecar/core/exchange/commands.py.
Parts = Mapping[str, bytes]
NO_PARTS: Parts = MappingProxyType({})


class Exchange(Protocol):
    """One HTTP request and its answer. Dead after it raised."""

    @property
    def who(self) -> tuple[Caller, str] | None:
        """Whose it is, and on which connection, as far as that is known."""

    def minds(self, block: Block) -> bool:
        """Whether a block against its caller ends it."""

    def receive(self, event: Event) -> Sequence[Command]: ...


class Recorder(Protocol):
    """Makes facts durable, in the order in which it is called, even if the caller does not stay for the end."""

    async def record(self, kind: str, fact: Mapping[str, object], parts: Parts = NO_PARTS) -> None:
        """Return when the fact and its parts are on disk, or raise `RecordingFailed`."""


class Vault(Protocol):
    """The credentials of connections, as headers; `Refused` if there is none. `token`: the caller's own, which some
    connections exchange."""

    def headers_for(self, connection: str, token: str | None) -> Headers | None:
        """From memory; nothing if it has to be fetched."""

    async def fetch(self, connection: str, token: str | None) -> Headers: ...

    def rejected(self, connection: str, token: str | None, used: Headers) -> None:
        """The upstream did not take it (401)."""


class Approvals(Protocol):
    """Asks people."""

    async def ask(self, asked: Asked, patience: float) -> Answer:
        """Wait for their answer; to be cancelled is to withdraw the question.

        Never raises anything else. Nobody can be asked: `UNAVAILABLE` at once. After `patience` seconds without an
        answer: `WAITING`, and the question stays open for whoever comes again with the same fingerprint. Asked again
        under the same id, also over a new connection, it is the same question.
        """


class Blocks(Protocol):
    """Whom people have stopped."""

    def against(self, caller: Caller, connection: str) -> Block | None:
        """From memory: this is asked on every call."""

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` after every change, in the event loop. Gives the way to stop that."""


class Nobody:
    """Where no control plane is configured: nobody can be asked, and nobody is stopped."""

    async def ask(self, asked: Asked, patience: float) -> Answer:  # noqa: ARG002
        return Answer(Outcome.UNAVAILABLE, message=NOBODY)

    def against(self, caller: Caller, connection: str) -> Block | None:  # noqa: ARG002
        return None

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:  # noqa: ARG002
        return _nothing


NOBODY = "no control plane is configured at this gate"


def _nothing() -> None:
    pass


Send = Callable[[Outbound], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Seat:
    """Shared by all dialogues of a data plane. `secret` opens the routes to the upstreams: see `heads`. `onward`: the
    socket by which Envoy takes what is sent on after its answer has begun."""

    exchange: Callable[[], Exchange]
    recorder: Recorder
    vault: Vault
    secret: str = field(repr=False)
    providers: Mapping[str, ClaimNames] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    approvals: Approvals = field(default_factory=Nobody)
    blocks: Blocks = field(default_factory=Nobody)
    onward: Path = Path("onward.sock")
