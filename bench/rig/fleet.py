"""Data planes without the data plane: as many links to a control plane as asked, each on a connection of its own.

Strategy: what a link says is made once (hello, the state of every five seconds), so that what is measured is the
control plane and not this side. Moments are of this process's monotonic clock.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import grpc

from sidecar.control import messages
from sidecar.control.gen import control_pb2 as pb
from sidecar.control.link.link import BEAT, PATH
from sidecar.core.approval.asked import Asked

AT_ONCE = 200  # that connect at the same time: more than that wait in the kernel's queue
STATE = messages.written(pb.FromGate(state=pb.State(open_exchanges=1, policy_digest="d1")))
# Without a pool of its own, every channel to one address is one connection.
_OPTIONS = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0)]


class Client:
    """One link. `blocks`: when which version of the blocks came. `settled`: when which question was answered."""

    def __init__(self, channel: grpc.aio.Channel, name: str) -> None:
        self._channel = channel
        self._name = name
        self._turn = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self.blocks: dict[int, float] = {}
        self.settled: dict[str, float] = {}
        self.beats = 0

    async def connect(self, key: str) -> None:
        connect: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = self._channel.stream_stream(PATH)
        self._call = connect(metadata=(("authorization", f"Bearer {key}"),))
        await self._say(messages.written(pb.FromGate(hello=pb.Hello(gate=self._name, instance="1", version="1"))))
        self._heard(await self._call.read())
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._beat())]

    async def ask(self, asked: Asked) -> None:
        await self._say(messages.written(messages.asked_message(asked)))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self._channel.close()

    @property
    def lost(self) -> bool:
        return any(task.done() for task in self._tasks)

    async def _say(self, data: bytes) -> None:
        async with self._turn:
            await self._call.write(data)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            await self._say(STATE)

    async def _listen(self) -> None:
        while (data := await self._call.read()) is not grpc.aio.EOF:
            self._heard(data)

    def _heard(self, data: object) -> None:
        if not isinstance(data, bytes):
            raise TypeError("the control plane ended the stream")
        said, now = messages.to_gate(data), time.monotonic()
        match said.WhichOneof("said"):
            case "beat":
                self.beats += 1
            case "blocks":
                self.blocks[said.blocks.version] = now
            case "settled":
                self.settled[said.settled.id] = now


@asynccontextmanager
async def fleet(address: str, key: str, count: int) -> AsyncIterator[tuple[list[Client], float]]:
    """Connected, and how many seconds that took."""
    clients = [Client(grpc.aio.insecure_channel(address, options=_OPTIONS), f"gate-{n}") for n in range(count)]
    door = asyncio.Semaphore(AT_ONCE)

    async def enter(client: Client) -> None:
        async with door:
            await client.connect(key)

    began = time.monotonic()
    try:
        await asyncio.gather(*(enter(client) for client in clients))
        yield clients, time.monotonic() - began
    finally:
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*(client.close() for client in clients), return_exceptions=True)
