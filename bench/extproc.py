"""What one exchange that changes nothing costs in Python: without a transport, and over gRPC.

Strategy: six messages an exchange (request head and 42 KB body, answer head and a 2 KB body), as an agent's turn looks
when Envoy buffers the request. The client of the gRPC measurement is another process, so that its work is not counted.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import grpc

from bench.rig.measure import Scale
from sidecar.core.exchange import commands as c
from sidecar.core.exchange import events as e
from sidecar.core.model.http import Headers
from sidecar.extproc.gen import extproc_pb2 as pb
from sidecar.extproc.grpc_server import METHOD, SERVICE, Server
from sidecar.extproc.grpc_stream import Stream
from sidecar.extproc.identity import ClaimNames
from sidecar.extproc.seat import Seat
from sidecar.extproc.translate import VERIFIED, read

EXCHANGES, SMALL = 400, 20
ROUNDS = 3
BODY = b"x" * 42_000
ANSWER = b"y" * 2_000


class Passing:
    def receive(self, event: e.Event) -> Sequence[c.Command]:
        match event:
            case e.RequestChunk(data, _, True):
                return (c.Forward("claude", "/v1/messages", (), (), data),)
            case e.ResponseStarted():
                return (c.StartAnswer(),)
            case e.ResponseChunk(data, _, end):
                return (c.SendAnswer(data, end),)
        return ()


class Nowhere:
    async def record(self, kind: str, fact: Mapping[str, object]) -> None:
        pass

    def headers_for(self, connection: str, _: str | None) -> Headers:
        return (("x-api-key", connection),)


def seat() -> Seat:
    return Seat(Passing, Nowhere(), Nowhere(), "s3cret", {"company": ClaimNames()})


def script() -> tuple[bytes, ...]:
    """What Envoy says in one exchange."""
    head = {f"x-header-{n}": "value" * 4 for n in range(14)}
    request = pb.ProcessingRequest(request_headers=_headers({":method": "POST", ":path": "/v1/messages", **head}))
    request.protocol_config.request_body_mode = request.protocol_config.response_body_mode = 4
    claims = {"company": {"sub": "ada", "groups": ["a", "b"], "iss": "https://id.example.com", "aud": "gatehouse"}}
    request.metadata_context.filter_metadata[VERIFIED].update(claims)
    said = (
        request,
        pb.ProcessingRequest(request_body=pb.HttpBody(body=BODY, end_of_stream=True)),
        pb.ProcessingRequest(response_headers=_headers({":status": "200", **head})),
        pb.ProcessingRequest(response_body=pb.HttpBody(body=ANSWER)),
        pb.ProcessingRequest(response_body=pb.HttpBody(end_of_stream=True)),
    )
    return tuple(message.SerializeToString() for message in said)


def _headers(pairs: Mapping[str, str]) -> pb.HttpHeaders:
    said = pb.HttpHeaders()
    for key, value in pairs.items():
        said.headers.headers.add(key=key, raw_value=value.encode())
    return said


class Context:
    """gRPC's context without gRPC."""

    def __init__(self, said: Sequence[bytes]) -> None:
        self._said = iter(said)

    async def read(self) -> Any:
        return next(self._said, grpc.aio.EOF)

    async def write(self, data: bytes) -> None:
        pass


async def _driver(exchanges: int) -> float:
    said, shared = script(), seat()
    began = time.process_time()
    for _ in range(exchanges):
        await Stream(shared, Context(said), lambda *_: None, lambda _: None).run()  # type: ignore[arg-type]
    return (time.process_time() - began) / exchanges * 1e6


async def _over_grpc(exchanges: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "s.sock")
        server = Server(seat(), path)
        await server.start()
        client = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.extproc", str(path), str(exchanges), stdout=subprocess.PIPE
        )
        words = client.stdout or asyncio.StreamReader()
        await words.readline()
        began = time.process_time()
        await words.readline()
        spent = time.process_time() - began
        await client.wait()
        await server.stop(1)
    return spent / exchanges * 1e6


async def _client(path: str, exchanges: int) -> None:
    said = script()
    async with grpc.aio.insecure_channel(f"unix:{path}") as channel:
        call = channel.stream_stream(f"/{SERVICE}/{METHOD}")
        await _one(call(), said)
        print("begin", flush=True)
        for _ in range(exchanges):
            await _one(call(), said)
        print("end", flush=True)


async def _one(stream: Any, said: Sequence[bytes]) -> None:
    for data, answers in zip(said, (0, 2, 1, 1, 1), strict=True):
        await stream.write(data)
        for _ in range(answers):
            await stream.read()
    await stream.done_writing()
    await stream.code()


def _parse_head() -> float:
    head = script()[0]
    began = time.process_time()
    for _ in range(2000):
        read(head)
    return (time.process_time() - began) / 2000 * 1e6


def measure(scale: Scale) -> dict[str, object]:
    """Microseconds of CPU an exchange; the best of a few rounds, as other work on the machine only adds."""
    exchanges, rounds = scale.pick((EXCHANGES, ROUNDS), (SMALL, 1))
    driver = min(asyncio.run(_driver(exchanges)) for _ in range(rounds))
    over_grpc = min(asyncio.run(_over_grpc(exchanges)) for _ in range(rounds))
    return {
        "driver_us_per_exchange": round(driver, 1),
        "grpc_us_per_exchange": round(over_grpc, 1),
        "grpc_share": round(1 - driver / over_grpc, 3),
        "read_request_headers_us": round(min(_parse_head() for _ in range(rounds)), 1),
        "messages_per_exchange": 5,
        "body_bytes": len(BODY),
    }


if __name__ == "__main__":
    asyncio.run(_client(sys.argv[1], int(sys.argv[2])))
