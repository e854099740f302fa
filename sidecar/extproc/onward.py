"""A request that is sent on after its client's answer has begun: through Envoy once more, by a Unix socket of Envoy's.

Strategy: an ext_proc stream can send its request to one place only, and here that was where the answer began. So the
data plane sends it itself, to a listener of the same Envoy with the same routes to the upstreams (`bootstrap.onward`):
addresses, TLS and limits stand in one place.

Rules:
- One connection for one request, and nothing is sent twice.
- Whoever stops listening closes the connection; Envoy hangs up on the upstream then.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import h11

from sidecar.core.exchange import events as e
from sidecar.core.model.http import Headers, ResponseHead, first
from sidecar.extproc.heads import HOPS, NEEDED, response_head
from sidecar.extproc.messages import Mutation

# Envoy's own bound for the headers of an answer is 60 KiB.
LARGEST_HEAD = 128 * 1024
PIECE = 64 * 1024


def onward_socket(socket: Path) -> Path:
    """Envoy's socket, beside the data plane's."""
    return socket.with_name(f"onward_{socket.name}")


class Closed(Exception):  # noqa: N818  (named for what happened)
    """There was no connection, so nothing was sent."""


class Broke(Exception):  # noqa: N818  (named for what happened)
    """The answer ended before its end."""


@dataclass(frozen=True, slots=True)
class Onward:
    """A whole request, as it goes to Envoy."""

    method: str
    path: str
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)

    @classmethod
    def of(cls, received: Headers, mutation: Mutation, body: bytes) -> "Onward":
        """What Envoy would have made of the request that it holds. The route writes the host."""
        said = dict(mutation.set)
        gone = {*mutation.remove, *said, *HOPS, *NEEDED}
        kept = (h for h in received if h[0] not in gone)
        headers = (h for h in (*kept, *mutation.set) if not h[0].startswith(":"))
        own = (("host", "gate"), ("connection", "close"))
        return cls(first(received, ":method") or "", said[":path"], (*own, *headers), body)


async def answer(socket: Path, request: Onward, clock: Callable[[], float]) -> AsyncGenerator[e.Event, None]:
    """What comes of it, piece by piece, or `Closed`; `Broke` if it ends too early."""
    try:
        reader, writer = await asyncio.open_unix_connection(str(socket))
    except OSError as error:
        raise Closed from error
    try:
        line = h11.Connection(h11.CLIENT, LARGEST_HEAD)
        writer.write(_written(line, request))
        while not isinstance(event := await _next(line, reader), h11.EndOfMessage):
            if isinstance(event, h11.Response):
                yield e.ResponseStarted(_head(event), clock())
            elif isinstance(event, h11.Data):
                yield e.ResponseChunk(bytes(event.data), clock())
        yield e.ResponseChunk(b"", clock(), end=True)
    except (OSError, h11.ProtocolError) as error:
        raise Broke from error
    finally:
        writer.close()


def _written(line: h11.Connection, request: Onward) -> bytes:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in request.headers]
    head = h11.Request(method=request.method, target=request.path.encode("latin-1"), headers=headers)
    return b"".join(line.send(part) or b"" for part in (head, h11.Data(data=request.body), h11.EndOfMessage()))


async def _next(line: h11.Connection, reader: asyncio.StreamReader) -> h11.Event:
    while True:
        event = line.next_event()
        if isinstance(event, h11.ConnectionClosed):
            raise Broke
        if isinstance(event, h11.Event):
            return event
        line.receive_data(await reader.read(PIECE))


def _head(event: h11.Response) -> ResponseHead:
    pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers)
    return response_head(((":status", str(event.status_code)), *(pair for pair in pairs if pair[0] not in HOPS)))
