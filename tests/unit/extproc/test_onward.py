"""What is sent on is what Envoy would have sent, and what comes back is told piece by piece."""

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from sidecar.core.exchange import events as e
from sidecar.core.exchange.commands import Forward
from sidecar.core.model.http import first
from sidecar.extproc.heads import ROUTE, forwarded
from sidecar.extproc.onward import Broke, Closed, Onward, answer, onward_socket
from tests.unit.extproc.sent_on import OK, door

RECEIVED = (
    (":method", "POST"),
    (":path", "/c/tickets"),
    (":authority", "gate.example"),
    ("authorization", "Bearer of-the-agent"),
    ("accept", "application/json"),
    ("accept", "text/event-stream"),
    ("user-agent", "x"),
    ("content-length", "8"),
    ("x-forwarded-proto", "http"),
    ("x-gatehouse-session", "s"),
    ("connection", "keep-alive"),
)
FORWARD = Forward("tickets", "/mcp?a=%41%2f..", ("user-agent",), (("mcp-session-id", "abc"),), b'{"a": 1}')


def sent() -> Onward:
    mutation = forwarded(FORWARD, RECEIVED, (("authorization", "Bearer upstream"),), "s3cret")
    return Onward.of(RECEIVED, mutation, FORWARD.body or b"")


def test_it_is_the_request_that_envoy_would_have_sent() -> None:
    request = sent()
    assert (request.method, request.path, request.body) == ("POST", "/mcp?a=%41%2f..", b'{"a": 1}')
    assert sorted(request.headers) == [
        ("accept", "application/json"),
        ("accept", "text/event-stream"),
        ("authorization", "Bearer upstream"),
        ("connection", "close"),
        ("content-length", "8"),
        ("host", "gate"),
        ("mcp-session-id", "abc"),
        (ROUTE, "s3cret.tickets"),
    ]
    assert "upstream" not in repr(request)


async def all_of(path: Path) -> list[e.Event]:
    async with aclosing(answer(path, sent(), lambda: 5.0)) as events:
        return [event async for event in events]


async def test_the_answer_comes_piece_by_piece(tmp_path: Path) -> None:
    chunked = OK + b"Transfer-Encoding: chunked\r\nX-Gatehouse-Route: x\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    async with door(tmp_path / "s", chunked) as made:
        started, *rest = await all_of(made.path)
    assert isinstance(started, e.ResponseStarted)
    assert (started.head.status, started.head.headers) == (200, (("content-type", "application/json"),))
    assert b"".join(one.data for one in rest) == b"abcde"  # type: ignore[union-attr]
    assert [one.end for one in rest][-1]  # type: ignore[union-attr]
    (request,) = made.came
    assert request.startswith(b"POST /mcp?a=%41%2f.. HTTP/1.1\r\n")
    assert request.endswith(b'\r\n\r\n{"a": 1}')


async def test_an_answer_without_a_body_and_words_before_it(tmp_path: Path) -> None:
    told = b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK.replace(b"200 OK", b"202 Accepted") + b"Content-Length: 0\r\n\r\n"
    async with door(tmp_path / "s", told) as made:
        started, last = await all_of(made.path)
    assert isinstance(started, e.ResponseStarted)
    assert (started.head.status, first(started.head.headers, "content-length")) == (202, "0")
    assert last == e.ResponseChunk(b"", 5.0, end=True)


@pytest.mark.parametrize(
    "told",
    [b"", b"HTTP/1.1 200", OK, OK + b"Content-Length: 9\r\n\r\nabc", b"nonsense\r\n\r\n", OK + b"X" * 200_000],
    ids=["nothing", "half a line", "half a head", "half a body", "nonsense", "a head without end"],
)
async def test_what_ends_too_early_is_no_answer(tmp_path: Path, told: bytes) -> None:
    async with door(tmp_path / "s", told) as made:
        with pytest.raises(Broke):
            await all_of(made.path)


async def test_nobody_is_there(tmp_path: Path) -> None:
    with pytest.raises(Closed):
        await all_of(tmp_path / "nothing")


async def test_whoever_stops_listening_hangs_up(tmp_path: Path) -> None:
    async with door(tmp_path / "s", OK + b"Content-Length: 9\r\n\r\nabc", stays=True) as made:
        async with aclosing(answer(made.path, sent(), lambda: 5.0)) as events:
            async for _ in events:
                break
        async with asyncio.timeout(20):
            await made.left.wait()


def test_its_socket_stands_beside_the_other() -> None:
    assert onward_socket(Path("/run/gatehouse/ext_proc.sock")) == Path("/run/gatehouse/onward_ext_proc.sock")
