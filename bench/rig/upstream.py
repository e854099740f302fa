"""A provider that answers at once, or delta by delta: small and fast, so that it is not what is measured.

Strategy: one asyncio protocol, no parser. The client says in `idempotency-key` (a header that the gate passes on) which
answer it wants, and the answers are made before the clock runs.
"""

import asyncio
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

WANTED = re.compile(rb"\r\nidempotency-key: *(\S+)", re.IGNORECASE)
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
HEAD_END = b"\r\n\r\n"


@dataclass(slots=True)
class Reply:
    """`pieces` leave at once if `gap` is 0, else with this many seconds from one to the next."""

    kind: str
    pieces: Sequence[bytes]
    gap: float = 0.0
    whole: bytes = field(init=False)
    head: bytes = field(init=False)

    def __post_init__(self) -> None:
        body = b"".join(self.pieces)
        self.head = f"HTTP/1.1 200 OK\r\ncontent-type: {self.kind}\r\n".encode()
        self.whole = self.head + b"content-length: %d\r\n\r\n%s" % (len(body), body)


@dataclass(slots=True)
class Upstream:
    """`sent` holds when each piece of a paced answer left, in the order of the pieces."""

    replies: Mapping[str, Reply]
    listener: socket.socket
    answered: int = 0
    sent: list[float] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _open: set[asyncio.Transport] = field(default_factory=set)
    _paced: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), sock=self.listener.dup())

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for transport in tuple(self._open):
            transport.abort()

    def opened(self, transport: asyncio.Transport) -> None:
        self._open.add(transport)

    def closed(self, transport: asyncio.Transport) -> None:
        self._open.discard(transport)

    def answer(self, wanted: str, transport: asyncio.Transport) -> None:
        self.answered += 1
        reply = self.replies[wanted]
        if not reply.gap:
            transport.write(reply.whole)
            return
        task = asyncio.get_running_loop().create_task(self._pace(reply, transport))
        self._paced.add(task)
        task.add_done_callback(self._paced.discard)

    async def _pace(self, reply: Reply, transport: asyncio.Transport) -> None:
        loop = asyncio.get_running_loop()
        self.sent.clear()
        transport.write(reply.head + b"transfer-encoding: chunked\r\n\r\n")
        for piece in reply.pieces:
            await asyncio.sleep(reply.gap)
            self.sent.append(loop.time())
            transport.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        transport.write(b"0\r\n\r\n")


class _Connection(asyncio.Protocol):
    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._wanted = ""
        self._chunked = False
        self._left = 0
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  (what `create_server` makes)
        self._transport = transport
        self._upstream.opened(transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (why does not matter)
        self._upstream.closed(self._transport)

    def data_received(self, data: bytes) -> None:
        if not self._wanted:
            self._head += data
            head, end, data = self._head.partition(HEAD_END)
            if not end:
                return
            self._read_head(head)
        self._left -= len(data)
        if data.endswith(b"0\r\n\r\n") if self._chunked else self._left <= 0:
            wanted, self._wanted, self._head = self._wanted, "", b""
            self._upstream.answer(wanted, self._transport)

    def _read_head(self, head: bytes) -> None:
        wanted, length = WANTED.search(head), LENGTH.search(head)
        if wanted is None:
            raise ValueError("a request without idempotency-key: not from this benchmark")
        self._wanted = wanted[1].decode()
        self._chunked = length is None
        self._left = int(length[1]) if length else 0
