"""A data plane's connection to the control plane: kept, or made again.

Strategy: one stream; what there is to say waits in a queue of this connection, what comes is handled at once. When it
is lost, another one is tried soon and then ever less often, each time with some chance in it, so that many data planes
do not come back in step. All in the event loop, no threads of our own.

Rules:
- No word for `SILENCE` seconds means that the connection is dead, whatever the sockets say.
- Blocks that are known stay in force while the control plane is away.
- Whatever goes wrong here is logged and tried again; it never reaches an exchange.
"""

import asyncio
import logging
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.message import Message

from sidecar.control import messages
from sidecar.control.gen import control_pb2 as pb
from sidecar.control.link.asking import Asking
from sidecar.control.link.known import Known
from sidecar.control.link.stops import Stops

log = logging.getLogger(__name__)
FIRST, MOST = 0.1, 5.0  # seconds between two attempts
BEAT, SILENCE = 5.0, 15.0
STALE = 30.0
LONGEST_MESSAGE = 64 << 20  # blocks: some hundred bytes each, and a company may have called back many tokens
PATH = f"/{messages.SERVICE}/{messages.METHOD}"


@dataclass(frozen=True, slots=True)
class LinkTls:
    """`certificate` and `key`: our own, where the control plane asks for one."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Self:
    """What a data plane says of itself."""

    gate: str
    version: str
    instance: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass(frozen=True, slots=True)
class LinkState:
    """`silent`: seconds since the control plane was last heard; nothing: never."""

    connected: bool
    silent: float | None
    waiting: int
    blocks: int
    blocks_version: int | None


@dataclass(frozen=True, slots=True)
class Load:
    """What a data plane tells with every beat."""

    policy_digest: str = ""
    open_exchanges: int = 0
    spool_bytes: int = 0
    spool_limit: int = 0


class Link:
    """`target`: host:port. `stale`: how long the control plane may be away before waiting calls are refused."""

    def __init__(
        self,
        target: str,
        who: Self,
        *,
        key: Callable[[], str | None],
        tls: LinkTls | None = None,
        stale: float = STALE,
        load: Callable[[], Load] = Load,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._target = target
        self._who = who
        self._key = key
        self._tls = tls
        self._stale = stale
        self._load = load
        self._clock = clock
        self._unsaid: asyncio.Queue[Message] | None = None
        self._heard: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._giving_up: asyncio.TimerHandle | None = None
        self.approvals = Asking(self._say)
        self.blocks = Known()
        self.stops = Stops(self._say)

    @property
    def state(self) -> LinkState:
        silent = None if self._heard is None else self._clock() - self._heard
        known = self.blocks
        return LinkState(self._unsaid is not None, silent, len(self.approvals), len(known), known.version)

    async def start(self) -> None:
        """Begin to connect; does not wait for it."""
        self._task = asyncio.create_task(self._keep())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))
        self._lost()
        if self._giving_up is not None:
            self._giving_up.cancel()
        self.approvals.give_up()

    # --- the connection -------------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        attempt = 0
        while True:
            began = self._clock()
            try:
                async with self._channel() as channel:
                    await self._talk(channel)
                why = "the control plane ended the connection"
            except (grpc.RpcError, OSError, messages.Garbled, TimeoutError) as error:
                why = _sentence(error)
            if self._lost():
                attempt = 0
            if attempt in (0, 5):
                log.warning("no connection to the control plane at %s: %s", self._target, why)
            pause = min(MOST, FIRST * 2**attempt) * random.uniform(0.5, 1.5)  # noqa: S311  (nobody's secret)
            attempt = min(attempt + 1, 10)
            await asyncio.sleep(max(0.0, pause - (self._clock() - began)))

    async def _talk(self, channel: grpc.aio.Channel) -> None:
        key = self._key()
        metadata = (("authorization", f"Bearer {key}"),) if key else ()
        # No (de)serialisers: what cannot be read is ours to say.
        connect: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(PATH)
        call = connect(metadata=metadata)
        unsaid: asyncio.Queue[Message] = asyncio.Queue()
        try:
            await call.write(messages.written(self._hello()))
            first = messages.to_gate(await _next(call))
            self._connected(unsaid)
            self._handle(first)
            await _first_of(self._speak(call, unsaid), self._listen(call), self._beat(unsaid))
        finally:
            call.cancel()

    def _connected(self, unsaid: "asyncio.Queue[Message]") -> None:
        log.info("connected to the control plane at %s", self._target)
        self._unsaid = unsaid
        if self._giving_up is not None:
            self._giving_up.cancel()
        for message in (*self.approvals.connected(), *self.stops.unheard()):
            unsaid.put_nowait(message)

    def _lost(self) -> bool:
        """Whether there was a connection."""
        was, self._unsaid = self._unsaid is not None, None
        self.approvals.lost()
        if was:
            self._giving_up = asyncio.get_running_loop().call_later(self._stale, self.approvals.give_up)
        return was

    async def _speak(self, call: Any, unsaid: "asyncio.Queue[Message]") -> None:
        while True:
            await call.write(messages.written(await unsaid.get()))

    async def _listen(self, call: Any) -> None:
        while True:
            self._handle(messages.to_gate(await _next(call)))

    async def _beat(self, unsaid: "asyncio.Queue[Message]") -> None:
        while True:
            load = self._load()
            state = pb.State(
                open_exchanges=load.open_exchanges,
                spool_bytes=load.spool_bytes,
                spool_limit=load.spool_limit,
                policy_digest=load.policy_digest,
            )
            unsaid.put_nowait(pb.FromGate(state=state))
            for message in self.stops.unheard():
                unsaid.put_nowait(message)
            await asyncio.sleep(BEAT)

    def _handle(self, said: Any) -> None:
        self._heard = self._clock()
        match said.WhichOneof("said"):
            case "settled":
                self.approvals.settled(said.settled)
            case "blocks":
                self.blocks.replace(said.blocks.version, messages.blocks_from(said.blocks))
            case "stands":
                self.stops.stands(said.stands.id)

    def _say(self, message: Message) -> None:
        if self._unsaid is not None:
            self._unsaid.put_nowait(message)

    def _hello(self) -> Any:
        who = self._who
        digest = self._load().policy_digest
        return pb.FromGate(
            hello=pb.Hello(gate=who.gate, instance=who.instance, version=who.version, policy_digest=digest)
        )

    def _channel(self) -> grpc.aio.Channel:
        if self._tls is None:
            return grpc.aio.insecure_channel(self._target, options=_OPTIONS)
        read = [path.read_bytes() if path else None for path in (self._tls.ca, self._tls.key, self._tls.certificate)]
        return grpc.aio.secure_channel(self._target, grpc.ssl_channel_credentials(*read), options=_OPTIONS)


async def _next(call: Any) -> bytes:
    async with asyncio.timeout(SILENCE):
        said = await call.read()
    if said is grpc.aio.EOF:
        # Raises what the stream ended with.
        raise messages.Garbled(f"the stream has ended: {await call.code()} {await call.details()}")
    return bytes(said)


async def _first_of(*work: Any) -> None:
    """Run them together until one fails, and raise that."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def _sentence(error: BaseException) -> str:
    if isinstance(error, grpc.aio.AioRpcError):
        return f"{error.code().name}: {error.details()}"
    return str(error) or type(error).__name__


_OPTIONS = [
    ("grpc.max_receive_message_length", LONGEST_MESSAGE),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # Each attempt makes its own channel, so gRPC's own waiting between attempts never adds to ours.
    ("grpc.initial_reconnect_backoff_ms", 100),
]
