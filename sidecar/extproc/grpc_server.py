"""The ext_proc service over `grpc.aio`, on a Unix socket and, if asked, on a loopback port.

Rules: a stop first refuses new exchanges, then waits for open ones, then fails the rest; it never ends one well.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from sidecar.core.errors import ConfigurationError
from sidecar.extproc.grpc_stream import Context, Reason, Report, Stream
from sidecar.extproc.seat import Seat

log = logging.getLogger(__name__)

SERVICE = "envoy.service.ext_proc.v3.ExternalProcessor"
METHOD = "Process"


@dataclass(frozen=True, slots=True)
class Limits:
    """`streams`: exchanges at once. `message`: bytes of one message. `facts`: seconds that the facts of ended exchanges
    may still take to be on disk when everything stops.

    Envoy sends a whole request body as one message, and has refused it before if it is over the limit of the settings;
    so this stands above any limit that one would set.
    """

    streams: int = 4096
    message: int = 1 << 30
    facts: float = 3.0


def log_trouble(reason: Reason, where: str) -> None:
    """The default report of a stream that did not end well."""
    level = logging.ERROR if reason in {Reason.BUG, Reason.GARBLED} else logging.INFO
    log.log(level, "a stream ended early: %s %s", reason.value, where)


class Server:
    """`socket` is the Unix socket Envoy connects to; `port` 0 asks for a free loopback port, None for none."""

    def __init__(
        self,
        seat: Seat,
        socket: Path | None,
        port: int | None = None,
        limits: Limits | None = None,
        report: Report = log_trouble,
    ) -> None:
        self._seat, self._limits = seat, limits or Limits()
        self._socket = socket
        self._report = report
        self._open: set[Stream] = set()
        self._finishing: set[asyncio.Future[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False
        self._unwatch = seat.blocks.watch(self._look)
        self._health = health.aio.HealthServicer()
        self._grpc = grpc.aio.server(options=_options(self._limits))
        self._grpc.add_generic_rpc_handlers((self._handler(),))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._grpc)
        self.port = self._bind(socket, port)

    @property
    def open(self) -> int:
        """Exchanges on their way."""
        return len(self._open)

    async def start(self) -> None:
        """Accept streams. Health stays NOT_SERVING until `ready(True)`."""
        await self.ready(False)
        await self._grpc.start()
        if self._socket is not None:
            os.chmod(self._socket, 0o600)

    async def ready(self, serving: bool) -> None:
        """What the health service says."""
        known = health_pb2.HealthCheckResponse
        status = known.SERVING if serving and not self._stopping else known.NOT_SERVING
        for name in ("", SERVICE):
            await self._health.set(name, status)

    async def stop(self, grace: float) -> None:
        """Give open exchanges this many seconds, then fail them."""
        self._stopping = True
        await self.ready(False)
        await self._wait(grace)
        for stream in tuple(self._open):
            stream.interrupt()
        await self._wait(1.0)
        self._unwatch()
        await self._grpc.stop(0)
        if self._finishing:
            _, late = await asyncio.wait(self._finishing, timeout=self._limits.facts)
            if late:
                log.error("the last facts of %d exchanges could not be written in time", len(late))

    def _look(self) -> None:
        for stream in tuple(self._open):
            stream.look()

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()

    async def _process(self, _requests: object, context: Context) -> None:
        if self._stopping:
            await context.abort(grpc.StatusCode.UNAVAILABLE, Reason.SHUTDOWN.value)
        stream = Stream(self._seat, context, self._report, self._finish)
        self._open.add(stream)
        self._idle.clear()
        try:
            await stream.run()
        finally:
            self._open.discard(stream)
            if not self._open:
                self._idle.set()

    def _finish(self, rest: Awaitable[None]) -> None:
        task = asyncio.ensure_future(rest)
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)

    def _handler(self) -> grpc.GenericRpcHandler:
        # No (de)serialisers: the stream itself decides what undecodable bytes mean.
        method: grpc.RpcMethodHandler[bytes, bytes] = grpc.stream_stream_rpc_method_handler(self._process)
        return grpc.method_handlers_generic_handler(SERVICE, {METHOD: method})

    def _bind(self, socket: Path | None, port: int | None) -> int | None:
        try:
            if socket is not None:
                socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._grpc.add_insecure_port(f"unix:{socket}")
            return None if port is None else self._grpc.add_insecure_port(f"127.0.0.1:{port}")
        except (RuntimeError, OSError) as error:
            where = f"unix socket {socket}" if port is None else f"unix socket {socket} or port {port}"
            raise ConfigurationError.single(
                "data plane", f"cannot listen on {where}: is another one running?"
            ) from error


def _options(limits: Limits) -> list[tuple[str, int]]:
    return [
        ("grpc.max_concurrent_streams", limits.streams),
        ("grpc.max_receive_message_length", limits.message),
        ("grpc.max_send_message_length", limits.message),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.keepalive_permit_without_calls", 1),
        # Envoy pings every 10 s to notice a frozen process. Pings that come closer than gRPC allows, as they do after
        # this process had to wait for a processor, are abuse to it, and it hangs up on every open exchange: not here.
        ("grpc.http2.max_ping_strikes", 0),
        ("grpc.so_reuseport", 0),
    ]
