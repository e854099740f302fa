"""Starts the development provider in a thread of this process, and stops it again."""

import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType

import uvicorn

from sidecar.core.errors import ConfigurationError
from sidecar.settings.loopback import is_loopback
from sidecar.simulator.provider import Options, Provider
from sidecar.simulator.provider_app import provider_app

START_SECONDS = 10
STOP_SECONDS = 1


class RunningProvider:
    """A provider that answers. Leaving the `with` block stops it."""

    def __init__(self, options: Options, address: str, port: int, now: Callable[[], float]) -> None:
        self._socket = _bound(address, port)
        host = f"[{address}]" if ":" in address else address
        self.url = f"http://{host}:{self._socket.getsockname()[1]}"
        self.provider = Provider(self.url, options, now)
        self._ready = threading.Event()
        self._server = _Server(
            uvicorn.Config(
                provider_app(self.provider),
                loop="asyncio",
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=STOP_SECONDS,
            ),
            self._ready,
        )
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="provider", daemon=True)

    def __enter__(self) -> "RunningProvider":
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise RuntimeError("the provider did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS + 5)
        self._socket.close()


def provide(
    options: Options | None = None,
    address: str = "127.0.0.1",
    port: int = 0,
    now: Callable[[], float] = time.time,
) -> RunningProvider:
    """To be used with `with`; port 0 takes any free one."""
    return RunningProvider(options or Options(), address, port, now)


def _bound(address: str, port: int) -> socket.socket:
    if not is_loopback(address):
        raise ConfigurationError.single(
            "identity provider", f"asks for no password, so it listens on loopback only, not on {address}"
        )
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family)
    except (OSError, OverflowError) as error:
        raise ConfigurationError.single(
            "identity provider", f"cannot listen on {address}, port {port}: {error}"
        ) from error


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._announced = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announced.set()
