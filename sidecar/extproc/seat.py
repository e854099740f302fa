"""What a dialogue needs from the rest of the program."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from sidecar.core.exchange.commands import Command
from sidecar.core.exchange.events import Event
from sidecar.core.model.http import Headers
from sidecar.extproc.identity import ClaimNames
from sidecar.extproc.messages import Outbound

# Large texts by the hexadecimal SHA-256 of their bytes: see `Record` in sidecar/core/exchange/commands.py.
Parts = Mapping[str, bytes]
NO_PARTS: Parts = MappingProxyType({})


class Exchange(Protocol):
    """One HTTP request and its answer. Dead after it raised."""

    def receive(self, event: Event) -> Sequence[Command]: ...


class Recorder(Protocol):
    """Makes facts durable, in the order in which it is called, even if the caller does not stay for the end."""

    async def record(self, kind: str, fact: Mapping[str, object], parts: Parts = NO_PARTS) -> None:
        """Return when the fact and its parts are on disk, or raise `RecordingFailed`."""


class Vault(Protocol):
    def headers_for(self, connection: str) -> Headers:
        """The credential of a connection as headers, or `Refused`."""


Send = Callable[[Outbound], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Seat:
    """Shared by all dialogues of a data plane. `secret` opens the routes to the upstreams: see `heads`."""

    exchange: Callable[[], Exchange]
    recorder: Recorder
    vault: Vault
    secret: str = field(repr=False)
    providers: Mapping[str, ClaimNames] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
