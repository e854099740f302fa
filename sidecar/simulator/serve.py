"""Starts the simulated API in a thread of this process, and stops it again.

Strategy: the HTTP protocol hands each request its own connection, so that an answer can be cut off.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from uvicorn.protocols.http.h11_impl import H11Protocol

from sidecar.simulator.answer import Scripted
from sidecar.simulator.app import Api
from sidecar.simulator.delivery import TRANSPORT
from sidecar.simulator.recording import Recording
from sidecar.simulator.served import Served, bound, url_of
from sidecar.simulator.world import Access, World


@dataclass(frozen=True, slots=True)
class Options:
    """Port 0 takes any free one. `bearer`: a token in `authorization` opens it too, for an agent without a gate."""

    port: int = 0
    address: str = "127.0.0.1"
    script: Scripted | None = None
    record: Path | None = None
    api_key: str | None = None
    bearer: bool = False
    seed: str | None = None


class Running:
    """A simulator that answers. Leaving the `with` block stops it."""

    def __init__(self, options: Options) -> None:
        self._recording = Recording(options.record) if options.record else None
        self.world = World(Access(options.api_key, options.bearer), options.script, options.seed)
        listening = bound("simulator", options.address, options.port)
        self.port: int = listening.getsockname()[1]
        self.url = url_of(listening)
        self._served = Served("simulator", listening, Api(self.world, self._recording), http=_Protocol)
        self.begin, self.wait = self._served.begin, self._served.wait

    def stop(self) -> None:
        self._served.stop()
        if self._recording:
            self._recording.close()

    def __enter__(self) -> "Running":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(options: Options | None = None) -> Running:
    """A simulator that already answers."""
    running = Running(options or Options())
    running.begin()
    return running


class _Protocol(H11Protocol):
    """Adds the connection to the state that every request of it sees."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}
