"""Answers that begin before their request leaves, behind the real Envoy: by no way does anything leave too early."""

import asyncio
import contextlib
import socket
import stat
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import httpx
import pytest

from sidecar.core.exchange import commands as c
from sidecar.core.exchange import events as e
from sidecar.extproc import messages as m
from sidecar.extproc.heads import ROUTE, waiting
from tests.envoy.conftest import Make
from tests.envoy.driver import KEY, Driven, Passing
from tests.envoy.rig import SECRET, Envoy, Peer, Rig
from tests.envoy.test_held import eventually

STREAM = (("content-type", "text/event-stream"),)
FIRST, ENDS = b": waiting for somebody\n\n", b": the end\n\n"


class Waiting(Passing):
    """Begins an answer, and forwards the request with the first tick after `go`; what comes back goes on in it."""

    go = True

    def receive(self, event: e.Event) -> Sequence[c.Command]:
        said = super().receive(event)
        if isinstance(event, e.Tick):
            return self.onward() if type(self).go else [c.WakeAt(event.at + 0.05)]
        return [one for one in said if not isinstance(one, c.StartAnswer)]

    def forward(self, body: bytes | None) -> Sequence[c.Command]:
        return [c.OpenAnswer(STREAM), c.SendAnswer(FIRST), c.WakeAt(0.0)]

    def onward(self) -> Sequence[c.Command]:
        return super().forward(self.body)


class Never(Waiting):
    go = False


def driven(rig: Rig, exchange: type[Passing] = Waiting) -> Driven:
    made = Driven(rig, exchange)
    made.seat = replace(made.seat, onward=rig.envoy.spec.onward)
    return made


@pytest.fixture
def never(rig: Rig) -> Driven:
    """Nobody decides."""
    return driven(rig, Never)


@pytest.mark.parametrize("size", [2, 100_000, 5 << 20])
def test_the_upstream_gets_what_it_gets_without_waiting(rig: Rig, size: int) -> None:
    body = b"0123456\n" * (size // 8) or b"{}"
    for exchange in (Passing, Waiting):
        driven(rig, exchange)
        answer = rig.post("/v1/messages?a=%41&b=//", content=body)
        assert answer.status_code == 200
    assert answer.content == FIRST + b'{"type":"message"}'
    assert answer.headers["content-type"] == "text/event-stream"
    assert "content-length" not in answer.headers
    passed, waited = rig.upstream.requests
    assert (waited.line, waited.body) == (passed.line, passed.body)
    assert waited.headers == passed.headers
    assert waited.headers["x-api-key"] == KEY


def test_a_client_of_http_2(rig: Rig) -> None:
    driven(rig)
    with httpx.Client(base_url=rig.envoy.url, http1=False, http2=True, timeout=15) as client:
        answer = client.post("/v1/messages", headers=rig.token, content=b"{}")
    assert (answer.http_version, answer.content) == ("HTTP/2", FIRST + b'{"type":"message"}')


def test_a_large_answer_arrives_whole(rig: Rig) -> None:
    body = b"0123456789abcdef" * (1 << 19)

    async def large(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()

    driven(rig)
    rig.upstream.answer = large
    assert rig.post().content == FIRST + body


def waited(rig: Rig, exchange: type[Waiting], meanwhile: Callable[[], object] = lambda: None) -> bytes:
    """What a client got, after the beginning of its answer, until that ended or broke off."""
    came = b""
    with (
        httpx.Client(base_url=rig.envoy.url, timeout=15) as client,
        client.stream("POST", "/v1/messages", headers=rig.token, content=b"{}") as answer,
    ):
        parts = answer.iter_bytes()
        assert next(parts) == FIRST
        meanwhile()
        exchange.go = True
        try:
            for part in parts:
                came += part
        except httpx.RemoteProtocolError:
            came += b"<cut>"
    return came


def test_an_upstream_that_breaks_off_breaks_the_answer(rig: Rig) -> None:
    async def breaks(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc")
        await writer.drain()
        writer.close()

    class Later(Never):
        pass

    made = driven(rig, Later)
    rig.upstream.answer = breaks
    assert waited(rig, Later) == b"abc<cut>"
    assert [type(one).__name__ for one in made.exchanges[0].events][-1] == "Gone"
    assert len(rig.upstream.requests) == 1


def test_a_data_plane_that_fails_breaks_the_answer_and_nothing_leaves(rig: Rig) -> None:
    class Fails(Never):
        def onward(self) -> Sequence[c.Command]:
            return [c.Fail("as asked")]

    driven(rig, Fails)
    assert waited(rig, Fails) == b"<cut>"
    assert rig.upstream.requests == []


def test_a_stream_that_ends_well_too_early_lets_nothing_through(rig: Rig) -> None:
    """What Envoy takes for "go on" leads to its own few words at most, and to no upstream."""

    async def clean(peer: Peer) -> None:
        await peer.hear_to_the_end()
        await peer.say(m.PassRequest(waiting(SECRET)), m.SendRequest(b"", True))

    rig.plane.script = clean
    with httpx.Client(base_url=rig.envoy.url, timeout=1) as client, contextlib.suppress(httpx.ReadTimeout):
        assert client.post("/v1/messages", headers=rig.token, content=b"{}").content in (b": waiting", b"")
    assert rig.upstream.requests == []


def test_who_leaves_is_noticed(rig: Rig, never: Driven) -> None:
    with (
        httpx.Client(base_url=rig.envoy.url, timeout=15) as client,
        client.stream("POST", "/v1/messages", headers=rig.token, content=b"{}") as answer,
    ):
        assert next(answer.iter_bytes()) == FIRST
    eventually(lambda: isinstance(never.exchanges[0].events[-1], e.Gone))
    assert rig.upstream.requests == []


def onward(rig: Rig, *headers: str) -> bytes:
    """What somebody gets who has reached the socket."""
    lines = ("POST /v1/messages HTTP/1.1", "host: gate", "connection: close", "content-length: 0", *headers, "", "")
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        line.connect(str(rig.envoy.spec.onward))
        line.sendall("\r\n".join(lines).encode())
        came = b""
        while part := line.recv(65536):
            came += part
    return came


@pytest.mark.parametrize(
    "header",
    [
        "x-other: x",
        f"{ROUTE}: {SECRET}",
        f"{ROUTE}: {SECRET}.other",
        f"{ROUTE}: {SECRET}!waiting",
        f"{ROUTE}: wrong.claude",
        f"{ROUTE}: .claude",
    ],
)
def test_the_socket_opens_nothing_to_who_does_not_know_the_secret(rig: Rig, header: str) -> None:
    assert onward(rig, header).startswith(b"HTTP/1.1 403 ")
    assert rig.upstream.requests == []


def test_the_socket_is_its_owners(rig: Rig) -> None:
    assert stat.S_IMODE(rig.envoy.spec.onward.stat().st_mode) == 0o600
    assert onward(rig, f"{ROUTE}: {SECRET}.claude").startswith(b"HTTP/1.1 200 ")  # it can fail


def test_nobody_begins_an_answer_from_outside(rig: Rig) -> None:
    driven(rig, Passing)
    answer = rig.post(headers={**rig.token, ROUTE: f"{SECRET}!waiting"})
    assert answer.json() == {"type": "message"}


def test_what_is_approved_during_a_drain_still_goes(make: Make) -> None:
    class Later(Never):
        pass

    rig = make(drain=5)
    driven(rig, Later)
    drained = partial(rig.envoy.admin, "/drain_listeners?graceful&skip_exit", "POST")
    assert waited(rig, Later, drained) == b'{"type":"message"}'


def test_an_envoy_that_was_killed_leaves_no_socket_in_the_way(make: Make) -> None:
    rig = make()
    driven(rig)
    assert rig.post().status_code == 200
    rig.envoy.process.kill()
    rig.envoy.process.wait(10)
    rig.envoy = Envoy(rig.envoy.spec, rig.folder)
    assert rig.post().content.startswith(FIRST)
    assert len(rig.upstream.requests) == 2
