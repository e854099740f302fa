"""Starts the simulated API in a thread of this process, and stops it again.

Strategy: the socket is bound here, before anything runs, so that a port in use is one clear sentence and port 0 is
known at once. The HTTP protocol hands each request its own connection, so that an answer can be cut off.
"""

import asyncio
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from sidecar.core.errors import ConfigurationError
from sidecar.simulator.answer import Scripted
from sidecar.simulator.app import Api
from sidecar.simulator.delivery import TRANSPORT
from sidecar.simulator.recording import Recording
from sidecar.simulator.world import Access, World

START_SECONDS = 60  # for one thread to begin: on a busy machine more than a moment
STOP_SECONDS = 1  # an answer that stalls is broken off after this


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
        self._socket = _bound(options.address, options.port)
        self.port: int = self._socket.getsockname()[1]
        host = f"[{options.address}]" if ":" in options.address else options.address
        self.url = f"http://{host}:{self.port}"
        self._server = _Server(
            uvicorn.Config(
                Api(self.world, self._recording),
                http=_Protocol,
                loop="asyncio",
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="simulator", daemon=True)

    def begin(self) -> None:
        self._thread.start()
        if not self._server.ready.wait(START_SECONDS):
            raise RuntimeError("the simulator did not start")

    def stop(self) -> None:
        """Ends every connection and waits until the thread is gone."""
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS + 5)
        self._socket.close()
        if self._recording:
            self._recording.close()

    def wait(self) -> None:
        """Until it is stopped by somebody else."""
        self._thread.join()

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


def _bound(address: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise _cannot_listen(address, port, "a port is a number from 0 to 65535")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        listening = socket.create_server((address, port), family=family, backlog=512)
    except OSError as error:
        raise _cannot_listen(address, port, error.strerror or str(error)) from error
    # A small answer leaves at once; otherwise it waits some 40 ms for the acknowledgement of the one before.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _cannot_listen(address: str, port: int, why: str) -> ConfigurationError:
    said = f"cannot listen on {address}, port {port} ({why}): choose another with --port, 0 takes any free one"
    return ConfigurationError.single("simulator", said)


class _Server(uvicorn.Server):
    """Tells other threads when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


class _Protocol(H11Protocol):
    """Adds the connection to the state that every request of it sees."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}
