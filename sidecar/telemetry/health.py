"""Whether this process lives and is ready, and its metrics, over HTTP.

    /healthz   200 while the process lives; 503 when its event loop has not come round for a minute
    /readyz    200 when every named condition holds; 503 with those that do not
    /metrics   for Prometheus

Strategy: the standard library's threaded server, in threads of its own, so that it answers also while the event loop
is busy. Who asks is a kubelet or Prometheus, a few times a minute.

Rules:
- A condition is named once, in the constructor; each starts out as not holding. Nothing here shows a value of a
  request, a caller or a policy.
- These threads answer also for a process that is stuck, and so do gRPC's to Envoy's pings. So where there is an event
  loop it says that it comes round (`beats`), and whoever restarts what does not live hears when it no longer does.
"""

import asyncio
import errno
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import ClassVar

from sidecar.core.errors import ConfigurationError

Page = tuple[int, str, bytes]
TEXT = "text/plain; charset=utf-8"
BEAT, STUCK = 5.0, 60.0  # seconds; the largest body holds the loop for a few, a machine without a free processor longer
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class Health:
    """What must hold before this process takes work."""

    def __init__(
        self, conditions: Sequence[str], metrics: Callable[[], bytes], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._holds = dict.fromkeys(conditions, False)
        self._metrics = metrics
        self._clock = clock
        self._beaten: float | None = None

    def set(self, condition: str, holds: bool = True) -> None:
        if condition not in self._holds:
            raise KeyError(condition)
        self._holds[condition] = holds

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(condition for condition, holds in self._holds.items() if not holds)

    @property
    def silent(self) -> float | None:
        """Seconds since the event loop came round; nothing, where none said that it would."""
        return None if self._beaten is None else self._clock() - self._beaten

    async def beats(self) -> None:
        """A task of the event loop that must not get stuck."""
        while True:
            self._beaten = self._clock()
            await asyncio.sleep(BEAT)

    def page(self, path: str) -> Page:
        """What a path answers."""
        pages: Mapping[str, Callable[[], Page]] = {
            "/healthz": self._alive,
            "/readyz": self._ready,
            "/metrics": lambda: (200, PROMETHEUS, self._metrics()),
        }
        page = pages.get(path.partition("?")[0])
        return page() if page else (404, TEXT, b"there are /healthz, /readyz and /metrics\n")

    def _alive(self) -> Page:
        silent = self.silent
        if silent is None or silent < STUCK:
            return 200, TEXT, b"ok\n"
        return 503, TEXT, f"stuck: the event loop has not come round for {silent:.0f} s\n".encode()

    def _ready(self) -> Page:
        missing = self.missing
        if not missing:
            return 200, TEXT, b"ready\n"
        return 503, TEXT, f"not ready, missing: {', '.join(missing)}\n".encode()


class HealthServer:
    """Serves from the moment it is made until `stop`."""

    def __init__(self, health: Health, address: str, port: int) -> None:
        handler = type("Handler", (_Handler,), {"health": health})
        try:
            self._server = (_Server6 if ":" in address else _Server)((address, port), handler)
        except OSError as error:
            raise ConfigurationError.single("metrics.port", _sentence(error, address, port)) from error
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._serve, name="health", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        # How long `stop` may take; ten wake-ups a second cost nothing that could be measured.
        self._server.serve_forever(poll_interval=0.1)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _sentence(error: OSError, address: str, port: int) -> str:
    why = _WHY.get(error.errno or 0, (error.strerror or type(error).__name__).lower())
    return f"port {port} on {address} {why}; stop what listens there, or set another metrics.port"


_WHY: Mapping[int, str] = MappingProxyType(
    {
        errno.EADDRINUSE: "is already in use",
        errno.EACCES: "is not for this user",
        errno.EADDRNOTAVAIL: "is not an address of this machine",
    }
)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # someone who asked and never read must not hold up our end

    def server_bind(self) -> None:
        # The standard one asks DNS for this machine's name, which can take half a minute.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "gatehouse", self.server_address[1]


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    health: ClassVar[Health]
    timeout = 5  # seconds for a client to say what it wants
    server_version = "gatehouse"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        status, kind, body = self.health.page(self.path)
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a probe every few seconds is not an event."""
