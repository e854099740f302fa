"""The control plane's HTTP listener: uvicorn on a socket of ours.

Strategy: a certificate that was renewed is put into the context that is in use. Whoever connects from then on is shown
the new one, and connections that stand go on.

Rules:
- On the way down open answers get their time, and event streams end at once. A connection on which nothing runs is cut:
  with TLS a close waits for the other end to close, and who keeps a connection for later does not look.
- A port in use is one sentence, before anything else starts; signals belong to the process.
- A pair that cannot be read or does not fit together, as between the writing of the one file and of the other, changes
  nothing: the last good one stays.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
import time
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp

from sidecar.control.gates.credentials import Marks, fitting, marks
from sidecar.core.errors import ConfigurationError
from sidecar.settings.control import Listen, Pair

STOP_SECONDS = 3  # open answers have so long
LAST_SECONDS = 0.5  # of those, for ending what is cut
LOOK_FOR_IDLE = 0.1
BACKLOG = 128
LOOK_EVERY = 10.0  # seconds; certificates are renewed days before they end
log = logging.getLogger(__name__)


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

    def __init__(self, listen: Listen, look_every: float = LOOK_EVERY) -> None:
        super().__init__(bound(listen.address, listen.port, "control.listen.port"))
        self._listen = listen
        self._look_every = look_every
        self._looking: asyncio.Task[None] | None = None
        self.leaving = asyncio.Event()

    async def start(self, app: ASGIApp) -> None:
        tls = self._listen.tls
        seen = _usable(tls) if tls else ()
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
        if tls and (context := server.config.ssl) is not None:
            self._looking = asyncio.create_task(self._look(tls, context, seen))

    async def stop(self) -> None:
        self.leaving.set()
        if self._looking is not None:
            self._looking.cancel()
        await super().stop()

    async def _look(self, tls: Pair, context: ssl.SSLContext, seen: Marks) -> None:
        while True:
            await asyncio.sleep(self._look_every)
            try:
                now = marks(tls.certificate, tls.key)
                if now == seen:
                    continue
                fitting(tls.certificate, tls.key)  # one that fails here must not touch the context
                context.load_cert_chain(tls.certificate, tls.key)
            except OSError as error:
                log.warning("the changed certificate of control.listen cannot be used yet: %s", error)
            else:
                seen = now
                log.info("the certificate of control.listen was taken up again")


def _usable(tls: Pair) -> Marks:
    try:
        seen = marks(tls.certificate, tls.key)
        fitting(tls.certificate, tls.key)
    except OSError as error:
        raise ConfigurationError.single("control.listen.tls", f"cannot be used: {error}") from error
    return seen


class QuietServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        cutting = asyncio.create_task(self._cut())
        try:
            await super().shutdown(sockets)
        finally:
            cutting.cancel()

    async def _cut(self) -> None:
        last = time.monotonic() + (self.config.timeout_graceful_shutdown or STOP_SECONDS) - LAST_SECONDS
        while True:
            await asyncio.sleep(LOOK_FOR_IDLE)
            late, running = time.monotonic() >= last, bool(self.server_state.tasks)
            for one in tuple(self.server_state.connections):
                # What is answered may not have left yet.
                if late or not (running or one.transport.get_write_buffer_size()):
                    one.transport.abort()

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
