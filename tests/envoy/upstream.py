"""A scripted HTTP/1.1 upstream that records what it receives, byte for byte."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Received:
    """A request as it arrived, byte for byte."""

    head: bytes
    body: bytes = b""
    whole: bool = False

    @property
    def line(self) -> str:
        return self.head.split(b"\r\n", 1)[0].decode()

    @property
    def headers(self) -> dict[str, str]:
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}


Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


async def hello(writer: asyncio.StreamWriter) -> None:
    body = b'{"type":"message"}'
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nserver: upstream\r\n")
    writer.write(b"content-length: %d\r\n\r\n%s" % (len(body), body))


@dataclass
class Upstream:
    """A scripted HTTP/1.1 server."""

    port: int = 0
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    answer: Answer = hello
    _server: asyncio.Server | None = None

    async def start(self, tls: Any = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    def reset(self) -> None:
        self.requests, self.connections, self.answer = [], 0, hello

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                received = Received(await reader.readuntil(b"\r\n\r\n"))
                self.requests.append(received)
                await self._body(reader, received)
                received.whole = True
                await self.answer(writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the other side left, or the test is over
        finally:
            writer.close()

    async def _body(self, reader: asyncio.StreamReader, received: Received) -> None:
        if "chunked" in received.headers.get("transfer-encoding", ""):
            while size := int(await reader.readuntil(b"\r\n"), 16):
                received.body += (await reader.readexactly(size + 2))[:-2]
            while await reader.readuntil(b"\r\n") != b"\r\n":
                pass
        left = int(received.headers.get("content-length", 0))
        while left > 0:
            part = await reader.read(min(left, 65536))
            if not part:
                raise asyncio.IncompleteReadError(b"", left)
            received.body += part
            left -= len(part)
