"""A small Envoy's door: takes one request on a Unix socket, and answers with the bytes that the test says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@dataclass
class Door:
    path: Path
    answer: bytes
    stays: bool = False  # does not hang up by itself
    came: list[bytes] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length" in line)
        self.came.append(head + await reader.readexactly(size))
        writer.write(self.answer)
        if self.stays:
            await reader.read()
            self.left.set()
        writer.close()


@asynccontextmanager
async def door(path: Path, answer: bytes, *, stays: bool = False) -> AsyncIterator[Door]:
    made = Door(path, answer, stays)
    server = await asyncio.start_unix_server(made.serve, str(path))
    yield made
    server.close()
