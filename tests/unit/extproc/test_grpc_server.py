"""The service on a real socket, spoken to by gRPC's own client."""

import asyncio
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from sidecar.core.errors import ConfigurationError
from sidecar.extproc.gen import extproc_pb2 as pb
from sidecar.extproc.grpc_server import METHOD, SERVICE, Limits, Server
from sidecar.extproc.grpc_stream import Reason
from tests.unit.extproc.playbook import Stage
from tests.unit.extproc.test_dialogue import PASS
from tests.unit.extproc.test_grpc_stream import ANSWER, BODY, END, START


class House:
    """A server, a channel to it, and what it reported."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "s.sock"
        self.stages: list[Stage] = []
        self.reports: list[Reason] = []
        self.server = Server(
            Stage(PASS).seat.__class__(self._exchange, *_rest()), self.path, report=lambda r, _: self.reports.append(r)
        )
        self.channel = grpc.aio.insecure_channel(f"unix:{self.path}")

    def _exchange(self) -> Any:
        self.stages.append(Stage(PASS))
        return self.stages[-1].exchange

    def call(self) -> Any:
        return self.channel.stream_stream(f"/{SERVICE}/{METHOD}")()


def _rest() -> tuple[Any, ...]:
    seat = Stage(PASS).seat
    return seat.recorder, seat.vault, seat.secret, seat.providers, seat.clock


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path)
    await made.server.start()
    yield made
    await made.channel.close()
    await made.server.stop(0)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0)


async def _exchange(call: Any) -> list[str | None]:
    said = []
    for data, answers in ((START, 0), (BODY, 2), (ANSWER, 1), (END, 1)):
        await call.write(data)
        for _ in range(answers):
            said.append(pb.ProcessingResponse.FromString(await call.read()).WhichOneof("response"))
    return said


async def test_an_exchange_over_the_wire(house: House) -> None:
    call = house.call()
    assert await _exchange(call) == ["request_headers", "request_body", "response_headers", "response_body"]
    await call.done_writing()
    assert await call.code() is grpc.StatusCode.OK
    assert house.reports == []


async def test_one_slow_exchange_does_not_hold_up_the_next(house: House) -> None:
    slow = house.call()
    await slow.write(START)
    await _until(lambda: house.server.open == 1)
    assert len(await _exchange(house.call())) == 4
    slow.cancel()
    await _until(lambda: Reason.GONE in house.reports)


async def test_a_client_that_left_is_told_to_the_exchange(house: House) -> None:
    call = house.call()
    await call.write(START)
    await _until(lambda: bool(house.stages and house.stages[0].heard))
    call.cancel()
    await _until(lambda: house.stages[0].heard[-1] == "Gone")
    await _until(lambda: house.server.open == 0)


async def test_garbage_fails_one_stream_only(house: House) -> None:
    call = house.call()
    await call.write(b"\xff\xff")
    assert await call.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert len(await _exchange(house.call())) == 4


async def test_a_stop_fails_what_is_open_when_the_grace_is_over(house: House) -> None:
    call = house.call()
    await call.write(START)
    await _until(lambda: house.server.open == 1)
    await house.server.stop(0.01)
    assert await call.code() is grpc.StatusCode.UNAVAILABLE
    assert house.reports == [Reason.SHUTDOWN]


async def test_a_disk_that_never_answers_does_not_hold_up_a_stop(caplog: pytest.LogCaptureFixture) -> None:
    server = Server(Stage(PASS).seat, None, port=0, limits=Limits(facts=0.05))
    await server.start()
    server._finish(asyncio.ensure_future(asyncio.Event().wait()))  # type: ignore[arg-type]
    async with asyncio.timeout(30):
        await server.stop(0)
    assert "the last facts of 1 exchanges could not be written in time" in caplog.text
    (never,) = server._finishing
    never.cancel()


async def test_a_stop_lets_an_open_exchange_finish(house: House) -> None:
    call = house.call()
    await call.write(START)
    await _until(lambda: house.server.open == 1)
    stopping = asyncio.ensure_future(house.server.stop(5))
    await call.write(BODY)
    assert pb.ProcessingResponse.FromString(await call.read()).HasField("request_headers")
    await call.read()
    for data in (ANSWER, END):
        await call.write(data)
        await call.read()
    await call.done_writing()
    assert await call.code() is grpc.StatusCode.OK
    await stopping


async def test_no_new_exchange_begins_while_stopping(house: House) -> None:
    open_ = house.call()
    await open_.write(START)
    await _until(lambda: house.server.open == 1)
    stopping = asyncio.ensure_future(house.server.stop(60))
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        assert await house.call().code() is grpc.StatusCode.UNAVAILABLE
    assert house.server.open == 1
    open_.cancel()
    await stopping


async def test_health_says_whether_it_is_ready(house: House) -> None:
    ask = health_pb2_grpc.HealthStub(house.channel).Check
    seen = []
    for ready in (None, True, False):
        if ready is not None:
            await house.server.ready(ready)
        seen.append((await ask(health_pb2.HealthCheckRequest(service=SERVICE))).status)
    known = health_pb2.HealthCheckResponse
    assert seen == [known.NOT_SERVING, known.SERVING, known.NOT_SERVING]


async def test_the_socket_is_for_this_user_only(house: House) -> None:
    assert stat.S_IMODE(house.path.stat().st_mode) == 0o600


async def test_a_loopback_port_may_be_asked_for(tmp_path: Path) -> None:
    server = Server(Stage(PASS).seat, None, port=0, limits=Limits(streams=5))
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        assert len(await _exchange(channel.stream_stream(f"/{SERVICE}/{METHOD}")())) == 4
    await server.stop(0)


async def test_a_taken_place_is_a_sentence(house: House, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot listen"):
        Server(Stage(PASS).seat, tmp_path / "file" / "s.sock")


async def test_pings_that_come_close_together_are_answered(house: House) -> None:
    """Envoy's, after this process had to wait for a processor: gRPC would hang up on every open exchange."""
    preface, settings, ping, goes_away = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", _frame(4), _frame(6, bytes(8)), 7
    reader, writer = await asyncio.open_unix_connection(house.path)
    writer.write(preface + settings)
    seen: list[tuple[int, int]] = []
    async with asyncio.timeout(10):
        for number in range(1, 13):
            writer.write(ping)
            while seen.count((6, 1)) < number:
                head = await reader.readexactly(9)
                await reader.readexactly(int.from_bytes(head[:3]))
                assert head[3] != goes_away
                seen.append((head[3], head[4]))
    writer.close()


def _frame(kind: int, body: bytes = b"") -> bytes:
    """Of HTTP/2, for the whole connection."""
    return len(body).to_bytes(3) + bytes((kind, 0)) + bytes(4) + body
