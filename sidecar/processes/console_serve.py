"""The control plane's HTTP listener: uvicorn on a socket of ours.

Rule: a port in use is one sentence, before anything else starts; signals belong to the process.
"""

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp

from sidecar.core.errors import ConfigurationError
from sidecar.settings.control import Listen

STOP_SECONDS = 3  # open answers have so long; event streams end with the process
BACKLOG = 128


class Serving:
    """A server on a socket that is bound already, until it is stopped."""

    def __init__(self, listening: socket.socket) -> None:
        self._socket = listening
        self.port: int = listening.getsockname()[1]
        self._task: asyncio.Task[None] | None = None
        self._server: QuietServer | None = None

    async def _serve(self, server: "QuietServer") -> None:
        self._server = server
        self._task = asyncio.create_task(server.serve([self._socket]))
        ready = asyncio.create_task(server.ready.wait())
        await asyncio.wait((ready, self._task), return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._task.done():
            self._task.result()

    async def stop(self) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await asyncio.wait((self._task,))
        self._socket.close()


class ConsoleServer(Serving):
    """Bound when it is made, answers from `start` to `stop`."""

    def __init__(self, listen: Listen) -> None:
        super().__init__(bound(listen.address, listen.port, "control.listen.port"))
        self._listen = listen

    async def start(self, app: ASGIApp) -> None:
        tls = self._listen.tls
        server = QuietServer(
            uvicorn.Config(
                app,
                loop="asyncio",
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                # What a proxy says about its clients counts for nothing unless somebody configured it.
                proxy_headers=False,
                timeout_graceful_shutdown=STOP_SECONDS,
                ssl_certfile=str(tls.certificate) if tls else None,
                ssl_keyfile=str(tls.key) if tls else None,
            )
        )
        self._socket.listen(BACKLOG)
        await self._serve(server)


class QuietServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def bound(address: str, port: int, setting: str) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Head and body are two writes: without this the second one waits for the client's acknowledgement.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind((address, port))
    except OSError as error:
        listening.close()
        raise ConfigurationError.single(
            setting,
            f"cannot listen on {address}, port {port} ({error.strerror or error}): is another one running?",
        ) from error
    return listening
