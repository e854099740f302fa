"""An application that answers from a thread of this process: begun, and stopped again.

Strategy: the socket is bound before anything runs, so that a port in use is one clear sentence and port 0 is known at
once.
"""

import asyncio
import socket
import threading
from types import TracebackType
from typing import Literal

import uvicorn
from starlette.types import ASGIApp

from sidecar.core.errors import ConfigurationError

START_SECONDS = 60  # for one thread to begin: on a busy machine more than a moment
STOP_SECONDS = 1  # an answer that stalls is broken off after this


class Served:
    """`name` is what a person calls it. Leaving the `with` block stops it."""

    def __init__(
        self,
        name: str,
        listening: socket.socket,
        app: ASGIApp,
        *,
        lifespan: Literal["on", "off"] = "off",
        http: type[asyncio.Protocol] | Literal["auto"] = "auto",
    ) -> None:
        self._name, self._socket = name, listening
        self._server = _Server(
            uvicorn.Config(
                app,
                http=http,
                loop="asyncio",
                lifespan=lifespan,
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )
        self._thread = threading.Thread(target=self._server.run, args=([listening],), name=name, daemon=True)

    def begin(self) -> None:
        self._thread.start()
        if not self._server.ready.wait(START_SECONDS):
            raise RuntimeError(f"the {self._name} did not start")

    def stop(self) -> None:
        """Ends every connection and waits until the thread is gone."""
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS + 5)
        self._socket.close()

    def wait(self) -> None:
        """Until it is stopped by somebody else."""
        self._thread.join()

    def __enter__(self) -> "Served":
        self.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def bound(name: str, address: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise _cannot_listen(name, address, port, "a port is a number from 0 to 65535")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        listening = socket.create_server((address, port), family=family, backlog=512)
    except OSError as error:
        raise _cannot_listen(name, address, port, error.strerror or str(error)) from error
    # A small answer leaves at once; otherwise it waits some 40 ms for the acknowledgement of the one before.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def url_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _cannot_listen(name: str, address: str, port: int, why: str) -> ConfigurationError:
    said = f"cannot listen on {address}, port {port} ({why}): choose another with --port, 0 takes any free one"
    return ConfigurationError.single(name, said)


class _Server(uvicorn.Server):
    """Tells other threads when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()
