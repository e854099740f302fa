"""Leaving HTTP, as Envoy does it: what gets out of a request that asks for it, and who can stop it."""

import asyncio
import socket
from collections.abc import Iterator, Sequence
from contextlib import closing
from types import UnionType

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, RemoteSettingsChanged, ResponseReceived, StreamEnded, StreamReset
from h2.settings import SettingCodes

from sidecar.core.exchange import commands as c
from sidecar.core.exchange import events as e
from sidecar.extproc import messages as m
from sidecar.extproc.bootstrap.spec import ConnectionSpec
from sidecar.extproc.heads import ROUTE
from tests.envoy.conftest import Make, fresh
from tests.envoy.driver import Driven, Passing
from tests.envoy.rig import SECRET, Peer, Rig, Script

HEAD = b"GET /c/claude/ws HTTP/1.1\r\nhost: gate\r\nTOKEN\r\n"
WEBSOCKET = b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
ASKS = b"connection: Upgrade\r\nupgrade: websocket\r\n" + WEBSOCKET
SECOND = b"POST /second HTTP/1.1\r\nhost: gate\r\ncontent-length: 0\r\n\r\n"
PLAIN, TUNNEL = f"{SECRET}.claude", f"{SECRET}.claude!websocket"


@pytest.fixture(scope="session")
def shared_upgrading(make: Make) -> Rig:
    def connections(port: int) -> tuple[ConnectionSpec, ...]:
        url = f"http://127.0.0.1:{port}"
        return (ConnectionSpec("claude", url, websocket=True), ConnectionSpec("other", url))

    return make(connections=connections)


@pytest.fixture
def rig(shared_upgrading: Rig) -> Iterator[Rig]:
    yield from fresh(shared_upgrading)


async def switches(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\nfirst frame")


async def refuses(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\nx-note: unjudged\r\n\r\nunjudged!")


class Tunnel(Passing):
    """Also lets those out of HTTP who asked for it."""

    def receive(self, event: e.Event) -> Sequence[c.Command]:
        if isinstance(event, e.ResponseStarted) and event.head.status != 101:
            self.events.append(event)
            return [c.Respond(502, (), b"no")]
        return super().receive(event)


def sent(key: str) -> Script:
    """Let the request go with this key, whatever it is, and its answer."""

    async def script(peer: Peer) -> None:
        await peer.hear()
        await peer.say(m.PassRequest(m.Mutation(set=((":path", "/ws"), (ROUTE, key)))))
        while (said := await peer.hear()) is not None:
            if isinstance(said, m.ResponseHeaders):
                await peer.say(m.PassResponse(m.Mutation()))
            elif isinstance(said, m.ResponseBody):
                await peer.say(m.SendResponse(said.data, said.end))

    return script


def test_a_socket_opens_and_what_came_early_waits_for_it(rig: Rig) -> None:
    driven = Driven(rig, Tunnel)
    rig.upstream.answer = switches
    with closing(asking(rig, HEAD + ASKS + b"\r\nearly frame")) as line:
        came = read_until(line, b"first frame")
    assert came.startswith(b"HTTP/1.1 101 ")
    (request,) = [one for one in rig.upstream.requests if one.line.startswith("GET")]
    assert request.headers["upgrade"] == "websocket"
    assert ROUTE not in request.headers
    (started,) = [one for one in driven.exchanges[0].events if isinstance(one, e.RequestStarted)]
    assert (started.upgrade, started.end) == ("websocket", True)


def test_a_server_that_opens_none_hears_nothing_more_and_says_nothing(rig: Rig) -> None:
    """A second request behind the first is what a server would read that knows no WebSocket."""
    Driven(rig, Tunnel)
    rig.upstream.answer = refuses
    answer = rig.raw(HEAD + ASKS + b"\r\n" + SECOND)
    assert answer.startswith(b"HTTP/1.1 502 ")
    assert b"unjudged" not in answer
    assert [one.line for one in rig.upstream.requests] == ["GET /c/claude/ws HTTP/1.1"]


def test_no_other_answer_passes_even_by_mistake(rig: Rig) -> None:
    driven = Driven(rig)
    rig.upstream.answer = refuses
    answer = rig.raw(HEAD + ASKS + b"\r\n")
    assert b"unjudged" not in answer
    assert [one.value for one in driven.reports] == ["bug"]


def test_nobody_leaves_http_who_did_not_ask(rig: Rig) -> None:
    driven = Driven(rig)
    rig.upstream.answer = switches
    answer = rig.raw(HEAD + b"connection: close\r\n\r\n")
    assert b" 101 " not in answer
    assert b"first frame" not in answer
    assert [one.value for one in driven.reports] == ["bug"]


class Refusing(Passing):
    """As the gate does it: in words."""

    def receive(self, event: e.Event) -> Sequence[c.Command]:
        return [c.Respond(502, (), b"no")] if isinstance(event, e.ResponseStarted) else super().receive(event)


def test_a_client_hears_that_its_server_left_http_unasked(rig: Rig) -> None:
    Driven(rig, Refusing)
    rig.upstream.answer = switches
    answer = rig.raw(HEAD + b"connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 502 ")
    assert answer.endswith(b"no")


KEYS = (
    ("a socket with the key of requests", ASKS, PLAIN),
    ("a socket to a connection without", ASKS, f"{SECRET}.other!websocket"),
    ("a socket with the key of another's requests", ASKS, f"{SECRET}.other"),
    ("a request with the key of sockets", b"connection: close\r\n", TUNNEL),
    ("a socket with no key", ASKS, ""),
)


@pytest.mark.parametrize(("headers", "key"), [row[1:] for row in KEYS], ids=[row[0] for row in KEYS])
def test_each_needs_its_own_key(rig: Rig, headers: bytes, key: str) -> None:
    rig.plane.script = sent(key)
    assert rig.raw(HEAD + headers + b"\r\n").startswith(b"HTTP/1.1 403 ")
    assert rig.upstream.requests == []


async def leaves(peer: Peer) -> None:
    """Ends its stream well, without a verdict."""
    await peer.hear()


def test_no_verdict_is_no(rig: Rig) -> None:
    rig.plane.script = leaves
    assert rig.raw(HEAD + ASKS + b"\r\n").startswith(b"HTTP/1.1 403 ")
    assert rig.upstream.requests == []


def test_nobody_gets_in_without_a_token(rig: Rig) -> None:
    Driven(rig, Tunnel)
    assert rig.raw((HEAD + ASKS + b"\r\n").replace(b"TOKEN\r\n", b"")).startswith(b"HTTP/1.1 401 ")
    assert rig.upstream.requests == []


def test_half_an_upgrade_is_an_ordinary_request(rig: Rig) -> None:
    driven = Driven(rig)
    half = HEAD + b"upgrade: websocket\r\n" + WEBSOCKET
    answer = rig.raw(half + b"\r\n" + HEAD + b"connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert not any("upgrade" in one.headers for one in rig.upstream.requests)
    (started, *_) = driven.exchanges[0].events
    assert isinstance(started, e.RequestStarted)
    assert started.upgrade == ""


def test_over_http_2_nobody_is_offered_one(rig: Rig) -> None:
    """Who asks all the same (RFC 8441) gets nothing."""
    driven = Driven(rig, Tunnel)
    line = H2Connection(H2Configuration(validate_outbound_headers=False, header_encoding="utf-8"))
    line.initiate_connection()
    asks = [(":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":path", "/c/claude/ws")]
    with closing(asking(rig, line.data_to_send())) as wire:
        heard = _heard(line, wire, RemoteSettingsChanged)
        line.send_headers(1, [*asks, (":authority", "gate"), ("authorization", rig.token["authorization"])])
        wire.sendall(line.data_to_send())
        heard += _heard(line, wire, StreamReset | StreamEnded | ConnectionTerminated)
    (settings,) = [one for one in heard if isinstance(one, RemoteSettingsChanged)]
    assert settings.changed_settings[SettingCodes.ENABLE_CONNECT_PROTOCOL].new_value == 0
    assert not any(isinstance(one, ResponseReceived) and dict(one.headers)[":status"] == "200" for one in heard)
    assert (rig.upstream.requests, driven.exchanges) == ([], [])


def test_a_data_plane_that_fails_cuts_it(rig: Rig) -> None:
    told = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.hear()
        await peer.say(m.PassRequest(m.Mutation(set=((":path", "/ws"), (ROUTE, TUNNEL)))))
        await peer.hear()
        await peer.say(m.PassResponse(m.Mutation()))
        await told.wait()
        raise RuntimeError("as when it is killed")

    rig.plane.script, rig.upstream.answer = script, switches
    with closing(asking(rig, HEAD + ASKS + b"\r\n")) as line:
        assert read_until(line, b"first frame").startswith(b"HTTP/1.1 101 ")
        rig.loop.run(_set(told))
        assert read_until(line, None) == b""


async def _set(event: asyncio.Event) -> None:
    event.set()


def asking(rig: Rig, data: bytes) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", rig.envoy.spec.port), timeout=15)
    line.sendall(data.replace(b"TOKEN", f"authorization: {rig.token['authorization']}".encode()))
    return line


def read_until(line: socket.socket, wanted: bytes | None) -> bytes:
    """What comes until these bytes have, or until the line is closed."""
    came = b""
    while (wanted is None or wanted not in came) and (part := _part(line)):
        came += part
    return came


def _heard(line: H2Connection, wire: socket.socket, wanted: UnionType | type) -> list[object]:
    """What Envoy says over HTTP/2 until it says this, or hangs up."""
    heard: list[object] = []
    while not any(isinstance(one, wanted) for one in heard) and (came := _part(wire)):
        heard += line.receive_data(came)
        wire.sendall(line.data_to_send())
    return heard


def _part(line: socket.socket) -> bytes:
    try:
        return line.recv(65536)
    except ConnectionResetError:
        return b""
