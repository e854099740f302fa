"""Starts the local ClickHouse in a thread of this process, and stops it again.

Strategy: the socket is bound before the engine is opened, so that a port in use is one clear sentence at once; it
listens only when the engine is ready, so that whoever connects is answered.
"""

import asyncio
import contextlib
import ipaddress
import socket
import threading
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import uvicorn

from sidecar.core.errors import ConfigurationError
from sidecar.record.local.app import BODY, App
from sidecar.record.local.engine import Engine

START_SECONDS = 30
STOP_SECONDS = 3  # an answer that is still on its way has so long; then the engine is told to stop it
BACKLOG = 128


@dataclass(frozen=True, slots=True)
class Options:
    """Port 0 takes any free one."""

    data: Path
    port: int = 8123
    address: str = "127.0.0.1"
    body_limit: int = BODY


class Running:
    """A local ClickHouse that answers. Leaving the `with` block stops it with everything on disk."""

    def __init__(self, options: Options) -> None:
        self._socket = _bound(options.address, options.port)
        self.port: int = self._socket.getsockname()[1]
        host = f"[{options.address}]" if ":" in options.address else options.address
        self.url = f"http://{host}:{self.port}"
        try:
            self._engine = Engine(options.data)
        except BaseException:
            self._socket.close()
            raise
        self.version = self._engine.version
        self._app = App(self._engine, options.body_limit)
        self._server = _Server(
            uvicorn.Config(
                self._app,
                loop="asyncio",
                http="h11",
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=60,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )
        self._thread = threading.Thread(target=self._serve, name="clickhouse", daemon=True)

    def begin(self) -> None:
        self._socket.listen(BACKLOG)
        self._thread.start()
        if not self._server.ready.wait(START_SECONDS):
            raise RuntimeError("the local ClickHouse did not start")

    def stop(self) -> None:
        """Ends every connection, closes the engine, and waits until the thread is gone."""
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS + 5)
        self._app.close()
        self._engine.close()
        self._socket.close()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def _serve(self) -> None:
        asyncio.run(self._server.serve([self._socket]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(options: Options) -> Running:
    """A local ClickHouse that already answers."""
    running = Running(options)
    running.begin()
    return running


def _bound(address: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise _cannot_listen(address, port, "a port is a number from 0 to 65535")
    if not _loopback(address):
        raise ConfigurationError.single(
            "clickhouse",
            f"the local ClickHouse asks nobody for a password, so it listens on this machine only: {address} is not a "
            "loopback address; use 127.0.0.1, or a real ClickHouse server",
        )
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # An answer is two writes, head and body: without this the second waits 40 ms for the client's acknowledgement.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind((address, port))
    except OSError as error:
        listening.close()
        raise _cannot_listen(address, port, error.strerror or str(error)) from error
    return listening


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _cannot_listen(address: str, port: int, why: str) -> ConfigurationError:
    said = f"cannot listen on {address}, port {port} ({why}): choose another with --port, 0 takes any free one"
    return ConfigurationError.single("clickhouse", said)


class _Server(uvicorn.Server):
    """Tells other threads when it answers, and leaves signals to the process."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield
