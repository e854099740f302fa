"""The gRPC server that data planes connect to.

Rules:
- Who may connect: whoever has the shared key, or, where client certificates are asked for, whoever has one of theirs.
- What one data plane says wrong ends its stream and nobody else's. Its messages are handled in order.
- A greeting that cannot be read from the database ends the stream: the data plane comes again.
"""

import asyncio
import contextlib
import hmac
import logging
import time
from collections.abc import Callable
from typing import Any

import grpc

from sidecar.control import messages
from sidecar.control.gates.credentials import ServerTls, credentials
from sidecar.control.gates.hall import Hall
from sidecar.control.gates.visit import Visit
from sidecar.control.gen import control_pb2 as pb
from sidecar.control.store.engine import StoreFailed
from sidecar.core.errors import ConfigurationError

log = logging.getLogger(__name__)
BEAT = 5.0  # seconds
LAST_WRITE = 1.0  # seconds that one message may still take when a stream ends
LONGEST_MESSAGE = 4 << 20  # a question has 20 texts of 8 KB at most
Context = grpc.aio.ServicerContext[bytes, bytes]
# How a write says that there is nobody any more: the last one, when the other end was cut off and not closed.
GONE = (grpc.RpcError, grpc.aio.UsageError, grpc.aio.InternalError)


class GateServer:
    """`port` 0 takes a free one. `key` is nothing where client certificates say who may."""

    def __init__(
        self,
        hall: Hall,
        address: str,
        port: int,
        *,
        key: str | None,
        tls: ServerTls | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._hall = hall
        self._key = key
        self._clock = clock
        self._grpc = grpc.aio.server(options=_OPTIONS)
        method: grpc.RpcMethodHandler[bytes, bytes] = grpc.stream_stream_rpc_method_handler(self._connect)
        handlers = {messages.METHOD: method}
        self._grpc.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(messages.SERVICE, handlers),))
        self.port = self._bind(f"[{address}]:{port}" if ":" in address else f"{address}:{port}", tls)

    async def start(self) -> None:
        await self._grpc.start()

    async def stop(self, grace: float = 0.0) -> None:
        await self._grpc.stop(grace)

    async def _connect(self, _requests: object, context: Context) -> None:
        if not self._may(context):
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "this key opens nothing here")
        try:
            first = await context.read()
            if not isinstance(first, bytes):
                return  # it went before it said anything
            said = messages.from_gate(first)
            if said.WhichOneof("said") != "hello":
                raise messages.Garbled("a stream begins with Hello")
            visit = _visit(said.hello, self._clock())
            with self._hall.visited(visit):
                await self._hall.greet(visit)
                await self._talk(visit, context)
        except messages.Garbled as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        except StoreFailed:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "the database is away")

    async def _talk(self, visit: Visit, context: Context) -> None:
        log.info("a data plane is connected: %s (%s)", visit.gate, visit.version)
        speaking = asyncio.create_task(_speak(visit, context))
        beating = asyncio.create_task(self._beat(visit))
        try:
            while isinstance(data := await context.read(), bytes):  # else it is EOF
                await self._handle(visit, messages.from_gate(data))
        finally:
            beating.cancel()
            visit.close()
            log.info("a data plane has left: %s", visit.gate)
            await _ended(speaking)

    async def _handle(self, visit: Visit, said: Any) -> None:
        visit.heard = self._clock()
        match said.WhichOneof("said"):
            case "asked":
                await self._hall.ask(visit, messages.asked_from(said.asked))
            case "withdraw":
                await self._hall.withdraw(visit, said.withdraw.id, said.withdraw.stay_open)
            case "state":
                visit.heard_state(said.state, self._clock())
            case "stop":
                await self._hall.stop(visit, messages.stop_from(said.stop))
            case other:
                raise messages.Garbled(f"{other} out of turn")

    async def _beat(self, visit: Visit) -> None:
        while True:
            visit.say(messages.written(pb.ToGate(beat=pb.Beat(at=self._clock()))))
            await asyncio.sleep(BEAT)

    def _may(self, context: Context) -> bool:
        if self._key is None:
            return True
        told = dict(context.invocation_metadata() or ()).get("authorization", "")
        wanted = f"Bearer {self._key}"
        return hmac.compare_digest(str(told).encode(), wanted.encode())

    def _bind(self, where: str, tls: ServerTls | None) -> int:
        try:
            shown = credentials(tls) if tls else None
        except OSError as error:
            raise ConfigurationError.single("control.gates.tls", f"cannot be used: {error}") from error
        try:
            if shown is None:
                return self._grpc.add_insecure_port(where)
            return self._grpc.add_secure_port(where, shown)
        except (RuntimeError, OSError) as error:
            raise ConfigurationError.single(
                "control.gates", f"cannot listen on {where}: is another one running?"
            ) from error


def _visit(hello: Any, now: float) -> Visit:
    return Visit(hello.gate, hello.instance, hello.version, now, now, hello.policy_digest)


async def _speak(visit: Visit, context: Context) -> None:
    with contextlib.suppress(*GONE):
        while True:
            message = await visit.next()
            if message is None:
                return
            await context.write(message)


async def _ended(speaking: "asyncio.Task[None]") -> None:
    """Not cancelled while it writes: gRPC would never send the status that ends the stream. Where the other end was cut
    off there is nobody to send it to, and gRPC cancels us while we wait."""
    try:
        await asyncio.wait((speaking,), timeout=LAST_WRITE)
    finally:
        speaking.cancel()


_OPTIONS = [
    ("grpc.max_receive_message_length", LONGEST_MESSAGE),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 5_000),
    ("grpc.so_reuseport", 0),
]
