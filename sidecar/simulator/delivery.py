"""Carries an answer to the client the way its `Delivery` says: late, slowly, in odd pieces, encoded, or not to its end.

Rules: the middle of an answer is the middle of its pieces; a stall, an error event and a cut happen there, in this
order. What was sent before a cut is given a moment to arrive, since a reset may throw away what is still under way.
"""

import asyncio
import socket
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import brotli  # type: ignore[import-untyped,unused-ignore]
import zstandard
from starlette.types import Receive, Scope, Send

from sidecar.simulator.reply import Cut, Delivery

ARRIVE = 0.05  # seconds; on loopback a thousandth would do
TRANSPORT = "transport"  # where serve.py puts the connection into the scope's state
NO_LINGER = struct.pack("ii", 1, 0)  # close at once, with a reset


class Encoder(Protocol):
    """Bytes in, encoded bytes out at once, so that a client can decode as they come."""

    def feed(self, data: bytes) -> bytes: ...
    def end(self) -> bytes: ...


class _Gzip:
    def __init__(self) -> None:
        self._make = zlib.compressobj(wbits=31)

    def feed(self, data: bytes) -> bytes:
        return self._make.compress(data) + self._make.flush(zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        return self._make.flush()


class _Brotli:
    def __init__(self) -> None:
        self._make = brotli.Compressor(quality=5)

    def feed(self, data: bytes) -> bytes:
        return bytes(self._make.process(data) + self._make.flush())

    def end(self) -> bytes:
        return bytes(self._make.finish())


class _Zstd:
    def __init__(self) -> None:
        self._make = zstandard.ZstdCompressor().compressobj()

    def feed(self, data: bytes) -> bytes:
        return self._make.compress(data) + self._make.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def end(self) -> bytes:
        return self._make.flush()


class _Plain:
    def feed(self, data: bytes) -> bytes:
        return data

    def end(self) -> bytes:
        return b""


ENCODERS: dict[str | None, Callable[[], Encoder]] = {None: _Plain, "gzip": _Gzip, "br": _Brotli, "zstd": _Zstd}


def written(pieces: Sequence[bytes], size: int) -> Iterator[bytes]:
    """What goes to the network in one write each: the pieces, or writes of one size regardless of them."""
    if not size:
        yield from pieces
        return
    whole = b"".join(pieces)
    yield from (whole[at : at + size] for at in range(0, len(whole), size))


class Delivered:
    """An ASGI response. `pieces` is the body; `broken` replaces its second half where the delivery has an error."""

    def __init__(
        self,
        status: int,
        headers: Sequence[tuple[str, str]],
        pieces: Sequence[bytes],
        delivery: Delivery,
        *,
        broken: bytes | None = None,
    ) -> None:
        self._status = status
        self._headers = headers
        self._pieces = pieces
        self._delivery = delivery
        self._broken = broken

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        how = self._delivery
        await _wait(how.slow)
        headers = [*self._headers, *([("content-encoding", how.encoding)] if how.encoding else [])]
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await send({"type": "http.response.start", "status": self._status, "headers": raw})
        encoder = ENCODERS[how.encoding]()
        body = list(written(self._pieces, how.wire))
        middle = len(body) // 2
        for at, piece in enumerate(body):
            if at == middle:
                await _wait(how.stall)
                if how.cut:
                    await _break_off(scope, how.cut)
                    return
                if self._broken is not None:
                    await _write(send, encoder.feed(self._broken))
                    break
            await _write(send, encoder.feed(piece))
            await _wait(how.pace)
        await send({"type": "http.response.body", "body": encoder.end(), "more_body": False})


async def _write(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})


async def _wait(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)


async def _break_off(scope: Scope, cut: Cut) -> None:
    await asyncio.sleep(ARRIVE)
    transport: asyncio.Transport = scope["state"][TRANSPORT]
    if cut is Cut.RESET:
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    transport.abort()
    await asyncio.sleep(0.01)  # the server learns of it, and does not complain about an answer without end
