"""The real driver behind the real Envoy: whatever goes wrong in an exchange, no raw answer and no second meaning."""

import asyncio
from collections.abc import Sequence

import httpx
import pytest

from sidecar.core.exchange import commands as c
from sidecar.core.exchange import events as e
from sidecar.core.model.caller import Caller
from sidecar.extproc.grpc_stream import Reason
from tests.envoy.driver import KEY, Driven, Passing
from tests.envoy.rig import Rig
from tests.envoy.test_fail_closed import CUT, RAW, UNAVAILABLE, outcome, streaming

MIB = 1024 * 1024


class Breaking(Passing):
    """Does everything right until an event of this kind."""

    def __init__(self, kind: type, how: str) -> None:
        super().__init__()
        self._kind = kind
        self._how = how

    def receive(self, event: e.Event) -> Sequence[c.Command]:
        if not isinstance(event, self._kind):
            return super().receive(event)
        if self._how == "bug":
            raise ZeroDivisionError
        return [c.Fail("as asked")] if self._how == "fail" else [c.StartAnswer(), c.StartAnswer()]


BREAKS = [
    *((e.RequestStarted, how, UNAVAILABLE, 0) for how in ("bug", "fail", "misuse")),
    *((e.RequestChunk, how, UNAVAILABLE, 0) for how in ("bug", "fail", "misuse")),
    *((e.ResponseStarted, how, UNAVAILABLE, 1) for how in ("bug", "fail")),
    (e.ResponseStarted, "misuse", CUT, 1),
    *((e.ResponseChunk, how, CUT, 1) for how in ("bug", "fail", "misuse")),
]


@pytest.mark.parametrize(("kind", "how", "client", "upstream"), BREAKS, ids=[f"{b[0].__name__}-{b[1]}" for b in BREAKS])
def test_breaking(rig: Rig, kind: type, how: str, client: object, upstream: int) -> None:
    driven = Driven(rig, lambda: Breaking(kind, how))
    rig.upstream.answer = streaming
    assert outcome(rig) == client
    assert len(rig.upstream.requests) == upstream
    assert driven.reports == [Reason.FAILED if how == "fail" else Reason.BUG]
    driven = Driven(rig)
    assert rig.post().status_code == 200  # the next one works
    assert driven.reports == []


def test_a_whole_exchange(rig: Rig) -> None:
    driven = Driven(rig)
    answer = rig.post("/v1/messages?beta=true", content=b'{"a": 1}')
    assert (answer.status_code, answer.content) == (200, b'{"type":"message"}')
    assert answer.headers["server"] == "upstream"
    (request,) = rig.upstream.requests
    assert (request.line, request.body) == ("POST /v1/messages?beta=true HTTP/1.1", b'{"a": 1}')
    assert request.headers == {
        "host": f"127.0.0.1:{rig.upstream.port}",
        "accept-encoding": "identity",
        "x-api-key": KEY,
        "content-length": "8",
    }
    started = driven.exchanges[0].events[0]
    assert isinstance(started, e.RequestStarted)
    assert started.caller == Caller("ada", "company", ("engineering",))


@pytest.mark.parametrize("size", [0, 1, 65536, 65537, 5 * MIB, 32 * MIB])
def test_bodies_arrive_whole(rig: Rig, size: int) -> None:
    Driven(rig)
    body = (
        (b"%08d" * (size // 8 + 1) % tuple(range(size // 8 + 1)))[:size] if size < MIB else b"0123456\n" * (size // 8)
    )
    assert rig.post(content=body).status_code == 200
    assert rig.upstream.requests[0].body == body


def test_a_body_above_the_limit(rig: Rig) -> None:
    driven = Driven(rig)
    answer = rig.post(content=b" " * (33 * MIB))
    assert (answer.status_code, answer.json()["error"]["type"]) == (413, "request_too_large")
    assert "32 MiB" in answer.json()["error"]["message"]
    assert (rig.upstream.requests, driven.exchanges) == ([], [])


def test_a_large_answer_arrives_whole(rig: Rig) -> None:
    body = b"0123456789abcdef" * (MIB // 2)

    async def large(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()

    Driven(rig)
    rig.upstream.answer = large
    assert rig.post().content == body


def test_pieces_of_a_stream_are_not_held_back(rig: Rig) -> None:
    go_on = asyncio.Event()

    async def slow(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        writer.write(b"6\r\nfirst \r\n")
        await writer.drain()
        await go_on.wait()
        writer.write(b"4\r\nlast\r\n0\r\n\r\n")

    async def release() -> None:
        go_on.set()

    Driven(rig)
    rig.upstream.answer = slow
    with (
        httpx.Client(base_url=rig.envoy.url, timeout=5) as client,
        client.stream("POST", "/", headers=rig.token) as answer,
    ):
        pieces = answer.iter_raw()
        assert next(pieces) == b"first "
        rig.loop.run(release())
        assert b"".join(pieces) == b"last"


class Pinging(Passing):
    """Speaks by itself while the upstream is silent, and holds the call a while before that."""

    def receive(self, event: e.Event) -> Sequence[c.Command]:
        match event:
            case e.RequestChunk(_, at, True):
                return [c.WakeAt(at + 0.1)]
            case e.Tick() if not any(isinstance(one, e.ResponseStarted) for one in self.events):
                self.events.append(event)
                return self.forward(b"held")
            case e.ResponseStarted(_, at, _):
                self.events.append(event)
                return [c.StartAnswer(), c.WakeAt(at + 0.1)]
            case e.Tick():
                return [c.SendAnswer(b": ping\n\n"), c.SendAnswer(b"the end", True)]
        return () if isinstance(event, e.ResponseChunk) else super().receive(event)


def test_a_call_may_be_held_and_an_answer_may_speak_and_end_before_the_upstream_does(rig: Rig) -> None:
    async def stuck(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\na\r\nraw-answer\r\n")
        await writer.drain()
        await asyncio.sleep(3)

    Driven(rig, Pinging)
    rig.upstream.answer = stuck
    assert rig.post().content == b": ping\n\nthe end"
    assert rig.upstream.requests[0].body == b"held"


class Answering(Passing):
    """Answers by itself, at once or in place of the upstream's answer."""

    def __init__(self, at: type, how: c.Command) -> None:
        super().__init__()
        self._at = at
        self._how = how

    def receive(self, event: e.Event) -> Sequence[c.Command]:
        due = isinstance(event, self._at) and (not isinstance(event, e.RequestChunk) or event.end)
        return [self._how] if due else super().receive(event)


REFUSAL = c.Respond(
    400, (("content-type", "application/json"), ("x-should-retry", "false")), b'{"type":"error","error":{}}'
)


@pytest.mark.parametrize("at", [e.RequestStarted, e.RequestChunk, e.ResponseStarted])
def test_our_own_answer_reaches_the_client_as_written(rig: Rig, at: type) -> None:
    Driven(rig, lambda: Answering(at, REFUSAL))
    rig.upstream.answer = streaming
    answer = rig.post()
    assert (answer.status_code, answer.content) == (400, REFUSAL.body)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-should-retry"] == "false"
    assert RAW not in answer.text


def test_the_answers_head_can_be_changed(rig: Rig) -> None:
    Driven(rig, lambda: Answering(e.ResponseStarted, c.StartAnswer(("server",), (("x-new", "1"),), 299)))
    answer = rig.post()
    assert (answer.status_code, answer.headers["x-new"]) == (299, "1")
    assert "server" not in answer.headers


def test_head_and_get_have_no_bodies(rig: Rig) -> None:
    async def no_body(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n")

    Driven(rig)
    assert httpx.get(f"{rig.envoy.url}/v1/models", headers=rig.token).content == b'{"type":"message"}'
    rig.upstream.answer = no_body
    assert httpx.head(f"{rig.envoy.url}/v1/models", headers=rig.token).headers["content-length"] == "12"
    assert [request.line.split()[0] for request in rig.upstream.requests] == ["GET", "HEAD"]
    assert all("content-length" not in request.headers for request in rig.upstream.requests)


def test_a_client_that_leaves_is_told_to_the_exchange(rig: Rig) -> None:
    async def never(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2)

    driven = Driven(rig)
    rig.upstream.answer = never
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(rig.envoy.url, headers=rig.token, content=b"{}", timeout=0.3)

    async def told() -> None:
        while not isinstance(driven.exchanges[0].events[-1], e.Gone):
            await asyncio.sleep(0.01)

    rig.loop.run(told())
    assert driven.reports == [Reason.GONE]


async def cut(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n")
    await writer.drain()
    await asyncio.sleep(0.3)  # until the client has the head
    writer.transport.abort()


async def hung_up(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@pytest.mark.parametrize(("answer", "client"), [(cut, CUT), (hung_up, (503, "api_error"))])
def test_an_upstream_that_breaks(rig: Rig, answer: object, client: object) -> None:
    Driven(rig)
    rig.upstream.answer = answer  # type: ignore[assignment]
    assert outcome(rig) == client
