"""How a stream ends, with a context of our own in place of gRPC's."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest

from sidecar.core.errors import RecordingFailed
from sidecar.core.exchange import commands as c
from sidecar.core.exchange import events as e
from sidecar.extproc.gen import extproc_pb2 as pb
from sidecar.extproc.grpc_stream import Reason, Stream, diagnosis
from sidecar.extproc.heads import Misused
from sidecar.extproc.intake import Garbled
from sidecar.extproc.stop import Broken
from tests.unit.extproc.playbook import Stage
from tests.unit.extproc.test_dialogue import PASS, always


def headers(kind: str, *pairs: tuple[str, str], end: bool = False) -> bytes:
    said = pb.HttpHeaders(end_of_stream=end)
    for key, value in pairs:
        said.headers.headers.add(key=key, raw_value=value.encode())
    request = pb.ProcessingRequest(**{kind: said})
    request.protocol_config.request_body_mode = request.protocol_config.response_body_mode = 4
    return request.SerializeToString()


START = headers("request_headers", (":method", "POST"), (":path", "/"))
BODY = pb.ProcessingRequest(request_body=pb.HttpBody(body=b"{}", end_of_stream=True)).SerializeToString()
ANSWER = headers("response_headers", (":status", "200"))
END = pb.ProcessingRequest(response_body=pb.HttpBody(body=b"x", end_of_stream=True)).SerializeToString()


class Aborted(Exception):  # noqa: N818  (as gRPC names it)
    pass


class Wire:
    """Says what it was given, then waits for ever or ends."""

    def __init__(self, *said: bytes, ends: bool = True) -> None:
        self._said = list(said)
        self._ends = ends
        self.written: list[bytes] = []
        self.status: grpc.StatusCode | None = None
        self.waiting = asyncio.Event()
        self.write_fails: Exception | None = None

    async def read(self) -> Any:
        if self._said:
            return self._said.pop(0)
        if not self._ends:
            self.waiting.set()
            await asyncio.Event().wait()
        return grpc.aio.EOF

    async def write(self, data: bytes) -> None:
        if self.write_fails is not None:
            raise self.write_fails
        self.written.append(data)

    async def abort(self, code: grpc.StatusCode, details: str = "") -> None:
        self.status = code
        raise Aborted


class Run:
    """One stream from start to end."""

    def __init__(self, wire: Wire, answers: dict[type, Callable[..., Any]]) -> None:
        self.stage = Stage(answers)
        self.wire = wire
        self.reports: list[tuple[Reason, str]] = []
        self.rest: list[Awaitable[None]] = []
        self.stream: Stream | None = None

    async def go(self) -> "Run":
        self.stream = Stream(
            self.stage.seat,
            self.wire,
            lambda *report: self.reports.append(report),
            self.rest.append,  # type: ignore[arg-type]
        )
        try:
            await self.stream.run()
        except Aborted:
            pass
        finally:
            for rest in self.rest:
                await rest
        return self


def burst(_: object) -> Any:
    raise ZeroDivisionError("4111 1111")


ENDINGS = [
    ("whole", (START, BODY, ANSWER, END), PASS, None, []),
    ("Envoy left in between", (START, BODY), PASS, grpc.StatusCode.CANCELLED, [Reason.GONE]),
    ("Envoy said nothing", (), PASS, None, []),
    ("garbled", (START, b"\xff\xff"), PASS, grpc.StatusCode.INVALID_ARGUMENT, [Reason.GARBLED]),
    ("out of order", (START, START), PASS, grpc.StatusCode.INVALID_ARGUMENT, [Reason.GARBLED]),
    ("a bug", (START, BODY), {e.RequestChunk: burst}, grpc.StatusCode.INTERNAL, [Reason.BUG]),
    ("a misuse", (START, BODY), {e.RequestChunk: always(c.StartAnswer())}, grpc.StatusCode.INTERNAL, [Reason.BUG]),
    ("asked to fail", (START, BODY), {e.RequestChunk: always(c.Fail("x"))}, grpc.StatusCode.ABORTED, [Reason.FAILED]),
    ("answered at once", (START, BODY), {e.RequestChunk: always(c.Respond(400, (), b"no"))}, None, []),
]


@pytest.mark.parametrize(("note", "said", "answers", "status", "reasons"), ENDINGS, ids=[row[0] for row in ENDINGS])
async def test_endings(note: str, said: tuple, answers: dict, status: grpc.StatusCode | None, reasons: list) -> None:
    run = await Run(Wire(*said), answers).go()
    assert (run.wire.status, [reason for reason, _ in run.reports]) == (status, reasons)


async def test_the_exchange_learns_that_envoy_left() -> None:
    run = await Run(Wire(START), PASS).go()
    assert run.stage.heard == ["RequestStarted", "Gone"]


async def test_an_open_tunnel_ends_well_when_envoy_ends_it() -> None:
    asks = pb.ProcessingRequest.FromString(headers("request_headers", (":method", "GET"), ("upgrade", "websocket")))
    asks.protocol_config.request_body_mode = asks.protocol_config.response_body_mode = 0
    answers = {
        e.RequestStarted: always(c.Forward("claude", "/", (), (), None)),
        e.ResponseStarted: PASS[e.ResponseStarted],
    }
    run = await Run(Wire(asks.SerializeToString(), headers("response_headers", (":status", "101"))), answers).go()
    assert (run.stage.heard[-1], run.reports, run.wire.status) == ("Gone", [], None)


async def test_a_cancelled_call_is_told_to_the_exchange() -> None:
    run = Run(Wire(START, ends=False), PASS)
    task = asyncio.ensure_future(run.go())
    await run.wire.waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (run.stage.heard[-1], run.reports) == ("Gone", [(Reason.GONE, "")])


async def test_an_interrupted_stream_fails_as_unavailable() -> None:
    run = Run(Wire(START, ends=False), PASS)
    task = asyncio.ensure_future(run.go())
    await run.wire.waiting.wait()
    assert run.stream is not None
    run.stream.interrupt()
    await task
    assert (run.wire.status, run.reports) == (grpc.StatusCode.UNAVAILABLE, [(Reason.SHUTDOWN, "")])
    assert run.stage.heard[-1] == "Gone"


async def test_a_bug_in_a_timer_fails_the_stream() -> None:
    run = Run(Wire(START, ends=False), {e.RequestStarted: always(c.WakeAt(0.0)), e.Tick: burst})
    await run.go()
    assert (run.wire.status, [reason for reason, _ in run.reports]) == (grpc.StatusCode.INTERNAL, [Reason.BUG])


async def test_a_write_after_envoy_left_is_no_bug() -> None:
    wire = Wire(START, BODY)
    wire.write_fails = grpc.aio.UsageError("RPC already finished.")
    run = await Run(wire, PASS).go()
    assert [reason for reason, _ in run.reports] == [Reason.GONE]


async def test_a_bug_while_winding_up_is_reported() -> None:
    run = await Run(Wire(START), {e.Gone: burst}).go()
    assert [reason for reason, _ in run.reports] == [Reason.GONE, Reason.BUG]


async def test_facts_in_the_background_are_waited_for() -> None:
    run = await Run(
        Wire(START, BODY, ANSWER, END),
        {**PASS, e.ResponseStarted: always(c.StartAnswer(), c.Record("note", {}, False))},
    ).go()
    assert run.stage.recorder.facts == ["note"]


def _raised(error: Exception) -> Exception:
    try:
        raise error
    except type(error) as caught:
        return caught


DIAGNOSES = [
    (ZeroDivisionError("4111 1111"), Reason.BUG, "ZeroDivisionError at test_grpc_stream.py"),
    (Broken("no time left"), Reason.FAILED, "no time left"),
    (Garbled("a body out of turn"), Reason.GARBLED, "a body out of turn"),
    (Misused("Forward out of turn"), Reason.BUG, "Forward out of turn"),
    (RecordingFailed("the disk is full"), Reason.BUG, "the disk is full"),
    (grpc.aio.UsageError("x"), Reason.GONE, ""),
]


@pytest.mark.parametrize(("error", "reason", "where"), DIAGNOSES)
def test_diagnosis_names_the_place_and_no_value(error: Exception, reason: Reason, where: str) -> None:
    found, place = diagnosis(_raised(error))
    assert found is reason
    assert where in place
    assert "4111" not in place


def test_logging_is_quiet_about_values(caplog: pytest.LogCaptureFixture) -> None:
    from sidecar.extproc.grpc_server import log_trouble

    with caplog.at_level(logging.INFO):
        log_trouble(*diagnosis(_raised(ZeroDivisionError("4111 1111"))))
    assert "bug" in caplog.text
    assert "4111" not in caplog.text
