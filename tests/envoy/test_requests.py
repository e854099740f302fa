"""What clients may try: forged headers, smuggled requests, odd paths, upgrades. Seen from the upstream's side."""

import json

import httpx
import pytest

from sidecar.extproc import messages as m
from sidecar.extproc.heads import CREDENTIALS
from tests.envoy.driver import KEY, Driven
from tests.envoy.rig import SECRET, Peer, Rig

HEAD = b"POST /v1/messages HTTP/1.1\r\nhost: gate\r\nTOKEN\r\n"
CLOSE = b"connection: close\r\n"


def test_nothing_of_the_clients_credentials_or_of_our_names_goes_on(rig: Rig) -> None:
    driven = Driven(rig)
    token = rig.tokens.mint()
    sent = {
        "authorization": f"Bearer {token}",
        "x-api-key": "client-key",
        "proxy-authorization": "Basic eHg=",
        "cookie": "session=1",
        "x-gatehouse-route": f"{SECRET}.claude",
        "x-gatehouse-session": "s1",
        "x-gatehouse-other": "forged",
        "x-forwarded-for": "10.1.2.3",
        "x-envoy-internal": "true",
        "x-request-id": "mine",
    }
    # Two tokens, one of them unknown: refused.
    assert rig.post(headers=sent).status_code == 401
    del sent["x-api-key"]
    assert rig.post(headers=sent).status_code == 200
    (request,) = rig.upstream.requests
    assert request.headers["x-api-key"] == KEY
    assert set(request.headers) == {"host", "accept-encoding", "x-api-key", "content-length"}
    assert token.encode() not in request.head
    (passing,) = driven.exchanges
    assert passing.head is not None
    names = {name for name, _ in passing.head.headers}
    assert not names & {"authorization", "cookie", "proxy-authorization", "x-api-key", "x-gatehouse-route"}
    assert "x-gatehouse-other" not in names
    caller = passing.events[0].caller  # type: ignore[union-attr]
    assert caller.claimed_session == "s1"


def test_the_data_plane_never_sees_a_credential(rig: Rig) -> None:
    heard: list[m.Inbound | None] = []

    async def listen(peer: Peer) -> None:
        heard.append(await peer.hear())

    rig.plane.script = listen
    rig.post(headers={"x-api-key": rig.tokens.mint(), "cookie": "c=1", "proxy-authorization": "Basic eHg="})
    (said,) = heard
    assert isinstance(said, m.RequestHeaders)
    assert not {name for name, _ in said.headers} & CREDENTIALS
    assert said.claims["company"]["sub"] == "ada"  # type: ignore[index]


def test_a_token_may_come_as_x_api_key(rig: Rig) -> None:
    Driven(rig)
    assert rig.post(headers={"x-api-key": rig.tokens.mint()}).status_code == 200
    assert rig.upstream.requests[0].headers["x-api-key"] == KEY


PATHS = [
    ("as it is", "/v1/messages?beta=true", 200, "/v1/messages?beta=true"),
    ("slashes merged", "//v1///messages", 200, "/v1/messages"),
    ("dots resolved", "/c/claude/../../v1/messages", 200, "/v1/messages"),
    ("encoded dots resolved", "/c/claude/%2e%2E/%2e%2e/v1/messages", 200, "/v1/messages"),
    ("dots cannot leave the root", "/../../etc/passwd", 200, "/etc/passwd"),
    ("an escaped slash", "/c%2fclaude", 400, None),
    ("an escaped backslash", "/c%5cclaude", 400, None),
    ("an absolute target", "http://evil.example/v1/messages", 200, "/v1/messages"),
]


@pytest.mark.parametrize(("note", "target", "status", "path"), PATHS, ids=[row[0] for row in PATHS])
def test_one_path_one_meaning(rig: Rig, note: str, target: str, status: int, path: str | None) -> None:
    driven = Driven(rig)
    head = HEAD.replace(b"/v1/messages", target.encode(), 1)
    answer = rig.raw(head + CLOSE + b"content-length: 2\r\n\r\n{}")
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    judged = [exchange.head.path for exchange in driven.exchanges if exchange.head]
    assert [request.line.split()[1] for request in rig.upstream.requests] == judged == ([path] if path else [])
    assert all(request.headers["host"] == f"127.0.0.1:{rig.upstream.port}" for request in rig.upstream.requests)


SMUGGLED = b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: gate\r\n\r\n"
SMUGGLES = [
    ("length and chunked", HEAD + b"content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n" + SMUGGLED),
    ("chunked and length", HEAD + b"transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n" + SMUGGLED),
    ("two lengths", HEAD + b"content-length: 2\r\ncontent-length: 5\r\n\r\n{}GET"),
    ("two lengths in one", HEAD + b"content-length: 2, 5\r\n\r\n{}GET"),
    ("a signed length", HEAD + b"content-length: +2\r\n\r\n{}"),
    ("an unknown encoding", HEAD + b"transfer-encoding: xchunked\r\n\r\n" + SMUGGLED),
    ("chunked twice", HEAD + b"transfer-encoding: chunked, chunked\r\n\r\n" + SMUGGLED),
    ("a space before the colon", HEAD + b"transfer-encoding : chunked\r\n\r\n" + SMUGGLED),
    ("a chunk size that is none", HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
    ("a NUL in a header", HEAD + b"x-a: a\x00b\r\ncontent-length: 0\r\n\r\n"),
    ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    ("an unknown method", HEAD.replace(b"POST", b"FOO BAR") + b"\r\n"),
]


@pytest.mark.parametrize(("note", "data"), SMUGGLES, ids=[row[0] for row in SMUGGLES])
def test_no_request_inside_a_request(rig: Rig, note: str, data: bytes) -> None:
    Driven(rig)
    answer = rig.raw(data)
    assert not answer or answer.split(b" ", 2)[1] in {b"400", b"501"}
    assert rig.upstream.requests == []


def test_a_folded_header_is_one_header(rig: Rig) -> None:
    Driven(rig)
    rig.raw(HEAD + b"x-a: 1\r\n transfer-encoding: chunked\r\n\r\n" + SMUGGLED)
    (request,) = rig.upstream.requests
    assert request.line == "POST /v1/messages HTTP/1.1"
    assert not {"transfer-encoding", "x-a"} & set(request.headers)


UPGRADES = [
    (
        "h2c is not taken up",
        b"connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n",
        200,
    ),
    ("websocket is refused", b"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n", 403),
]


@pytest.mark.parametrize(("note", "headers", "status"), UPGRADES, ids=[row[0] for row in UPGRADES])
def test_upgrades(rig: Rig, note: str, headers: bytes, status: int) -> None:
    Driven(rig)
    get = HEAD.replace(b"POST", b"GET") + headers
    # A second request without the upgrade, so that Envoy hangs up when it is done.
    answer = rig.raw(get + b"\r\n" + HEAD + CLOSE + b"content-length: 0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"101 Switching" not in answer
    assert all("upgrade" not in request.headers for request in rig.upstream.requests)


def test_trailers_are_read_by_nobody_and_passed_to_nobody(rig: Rig) -> None:
    Driven(rig)
    body = b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-leak: 1\r\n\r\n"
    assert rig.raw(HEAD + CLOSE + body).startswith(b"HTTP/1.1 200")
    (request,) = rig.upstream.requests
    assert (request.body, request.headers["content-length"]) == (b"abc", "3")
    assert b"x-leak" not in request.head


def test_a_header_with_underscores_is_dropped(rig: Rig) -> None:
    driven = Driven(rig)
    assert rig.post(headers={**rig.token, "x_api_key": "forged"}).status_code == 200
    assert driven.exchanges[0].head is not None
    assert all("_" not in name for name, _ in driven.exchanges[0].head.headers)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("HEAD", "/", ""), ("HEAD", "/api/hello", ""), ("GET", "/api/hello?x=1", '{"message":"hello"}')],
)
def test_probes_are_answered_without_a_token_and_without_an_upstream(
    rig: Rig, method: str, path: str, body: str
) -> None:
    driven = Driven(rig)
    answer = httpx.request(method, rig.envoy.url + path)
    assert (answer.status_code, answer.text) == (200, body)
    assert (driven.exchanges, rig.upstream.requests) == ([], [])


@pytest.mark.parametrize(
    "request_line", ["POST /api/hello", "GET /", "POST /api/hello/", "OPTIONS *", "CONNECT evil:443"]
)
def test_what_is_not_quite_a_probe_needs_a_token(rig: Rig, request_line: str) -> None:
    driven = Driven(rig)
    answer = rig.raw(f"{request_line} HTTP/1.1\r\nhost: gate\r\nconnection: close\r\n\r\n".encode())
    assert answer.split(b" ", 2)[1] in {b"401", b"404"}
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["type"] == "error"
    assert (driven.exchanges, rig.upstream.requests) == ([], [])
