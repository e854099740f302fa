"""A load generator: raw keep-alive connections, closed loop (as fast as it is answered) or open loop (as it comes).

Strategy: requests are bytes made beforehand; an answer is over when its stated length or the last chunk is there, and
nothing of it is parsed. In the open loop the latency counts from when a request was due, so that a gate that stalls
cannot hide it by slowing the one who asks.

Rules: every answer must be a 200 with a body, or the measurement ends: errors are fast.
"""

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
MOST_WAITING = 10.0  # seconds for one answer


@dataclass(slots=True)
class Load:
    """What a run did: how long it took, and the latency of each answer, in seconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds


def request(body: bytes, wanted: str, token: str, session: str) -> bytes:
    """A request of an agent. `wanted` tells the upstream what to answer."""
    lines = (
        "POST /v1/messages?beta=true HTTP/1.1",
        "host: gate",
        f"authorization: Bearer {token}",
        "content-type: application/json",
        "accept: application/json",
        "accept-encoding: gzip, deflate, br, zstd",
        "anthropic-version: 2023-06-01",
        "anthropic-beta: claude-code-20250219",
        "user-agent: claude-cli/2.0 (external, sdk-py)",
        "x-app: cli",
        "x-stainless-lang: js",
        f"x-claude-code-session-id: {session}",
        f"idempotency-key: {wanted}",
        f"content-length: {len(body)}",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Connection(asyncio.Protocol):
    """One exchange at a time. `pieces` keeps what arrived when, if asked to."""

    def __init__(self, keep: bool = False) -> None:
        self._keep = keep
        self._done: asyncio.Future[bytes] | None = None
        self._answer = bytearray()
        self._needs: int | None = None
        self.pieces: list[tuple[float, bytes]] = []

    @classmethod
    async def to(cls, port: int, keep: bool = False) -> "Connection":
        _, made = await asyncio.get_running_loop().create_connection(lambda: cls(keep), "127.0.0.1", port)
        return made

    async def ask(self, data: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        self._done, self._answer, self._needs = loop.create_future(), bytearray(), None
        self._transport.write(data)
        async with asyncio.timeout(MOST_WAITING):
            answer = await self._done
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"the benchmark was refused: {answer[:2000]!r}")
        return answer

    def close(self) -> None:
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  (what `create_connection` makes)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._keep:
            self.pieces.append((asyncio.get_running_loop().time(), data))
        self._answer += data
        if self._needs is None and (end := self._answer.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self._answer, 0, end + 2)
            self._needs = end + 4 + int(length[1]) if length else 0
        if self._needs is not None and self._done is not None and self._over(self._needs):
            done, self._done = self._done, None
            if not done.done():
                done.set_result(bytes(self._answer))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(ConnectionError(f"the gate hung up: {exc}"))

    def _over(self, needs: int) -> bool:
        return len(self._answer) >= needs if needs else self._answer.endswith(b"0\r\n\r\n")


Requests = Callable[[int], Iterator[bytes]]


async def closed_loop(port: int, requests: Requests, connections: int, seconds: float, most: int = 100_000) -> Load:
    """Every connection asks again as soon as it is answered. `requests`: what connection number n asks for."""
    load, loop = Load(), asyncio.get_running_loop()
    opened = [await Connection.to(port) for _ in range(connections)]
    began = loop.time()
    until = began + seconds

    async def work(connection: Connection, asks: Iterator[bytes]) -> None:
        for data in asks:
            started = loop.time()
            if started >= until or len(load.latencies) >= most:
                return
            await connection.ask(data)
            load.latencies.append(loop.time() - started)

    await asyncio.gather(*(work(one, requests(number)) for number, one in enumerate(opened)))
    load.seconds = loop.time() - began
    for one in opened:
        one.close()
    return load


async def open_loop(port: int, requests: Iterator[bytes], rate: float, seconds: float, seed: int = 0) -> Load:
    """Requests at random times (Poisson), `rate` a second on average, whatever the answers do."""
    load, loop, random = Load(), asyncio.get_running_loop(), Random(seed)  # noqa: S311  (times, no secret)
    idle = [await Connection.to(port) for _ in range(8)]
    began = due = loop.time()
    tasks: list[asyncio.Task[None]] = []

    async def one(due: float, data: bytes) -> None:
        connection = idle.pop() if idle else await Connection.to(port)
        await connection.ask(data)
        load.latencies.append(loop.time() - due)
        idle.append(connection)

    while (due := due + random.expovariate(rate)) < began + seconds:
        await asyncio.sleep(max(0.0, due - loop.time()))
        tasks.append(loop.create_task(one(due, next(requests))))
    await asyncio.gather(*tasks)
    load.seconds = loop.time() - began
    for connection in idle:
        connection.close()
    return load
