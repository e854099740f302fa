"""The HTTP listener of the control plane."""

import asyncio
import logging
import socket
import ssl
import urllib.request
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from sidecar.core.errors import ConfigurationError
from sidecar.processes.console_serve import ConsoleServer
from sidecar.settings.control import Listen, Pair
from tests.certificates import Authority


async def hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return bytes(answer.read())


async def test_it_answers_until_it_is_stopped() -> None:
    server = ConsoleServer(Listen("127.0.0.1", 0))
    await server.start(Starlette(routes=[Route("/", hello)]))
    assert await asyncio.to_thread(fetched, f"http://127.0.0.1:{server.port}/") == b"hello"
    with pytest.raises(ConfigurationError, match=r"control\.listen\.port: cannot listen on 127\.0\.0\.1, port"):
        ConsoleServer(Listen("127.0.0.1", server.port))
    await server.stop()
    again = ConsoleServer(Listen("127.0.0.1", server.port))
    await again.stop()


def asked(open_: socket.socket) -> bytes:
    open_.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
    came = b""
    while not came.endswith(b"hello"):
        came += open_.recv(65536)
    return came


def opened(port: int, authority: Authority) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(authority.certificate))
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), 10), server_hostname="localhost")


async def test_a_renewed_certificate_is_shown_to_who_comes_next(tmp_path: Path) -> None:
    """It has ended: nobody new connects. Renewed in place, somebody does; an open connection has noticed nothing."""
    authority = Authority(f"{tmp_path}/authority")
    pair = authority.issue("localhost")
    server = ConsoleServer(Listen("127.0.0.1", 0, Pair(pair.certificate, pair.key)), look_every=0.02)
    await server.start(Starlette(routes=[Route("/", hello)]))

    async def welcome() -> bool:
        try:
            (await asyncio.to_thread(opened, server.port, authority)).close()
        except ssl.SSLCertVerificationError:
            return False
        return True

    with await asyncio.to_thread(opened, server.port, authority) as standing:
        assert b"200 OK" in await asyncio.to_thread(asked, standing)
        authority.issue("localhost", timedelta(seconds=-1))
        async with asyncio.timeout(20):
            while await welcome():
                pass
            authority.issue("localhost")
            while not await welcome():
                pass
            pair.key.write_text("half a key")
            assert await welcome(), "the last good one stays"
        assert b"200 OK" in await asyncio.to_thread(asked, standing)
    await server.stop()


async def test_a_pair_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    authority = Authority(f"{tmp_path}/authority")
    one, two = authority.issue("localhost"), authority.issue("other")
    server = ConsoleServer(Listen("127.0.0.1", 0, Pair(one.certificate, two.key)))
    with pytest.raises(ConfigurationError, match=r"control\.listen\.tls: cannot be used"):
        await server.start(Starlette())
    await server.stop()


async def test_a_connection_kept_for_later_does_not_hold_up_the_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its client looks no more, so that it would never answer the close of TLS; an answer that is open is finished."""
    authority = Authority(f"{tmp_path}/authority")
    pair = authority.issue("localhost")
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> PlainTextResponse:
        begun.set()
        await go_on.wait()
        return PlainTextResponse("x" * 5_000_000)

    plain = ConsoleServer(Listen("127.0.0.1", 0))
    tls = ConsoleServer(Listen("127.0.0.1", 0, Pair(pair.certificate, pair.key)))
    for server in (plain, tls):
        await server.start(Starlette(routes=[Route("/", hello), Route("/slow", slow)]))
    with await asyncio.to_thread(opened, tls.port, authority) as kept:
        await asyncio.to_thread(asked, kept)
        answer = asyncio.create_task(asyncio.to_thread(fetched, f"http://127.0.0.1:{plain.port}/slow"))
        await begun.wait()
        stopping = asyncio.create_task(plain.stop())
        await tls.stop()
        go_on.set()
        await stopping
    assert len(await answer) == 5_000_000
    assert [one.getMessage() for one in caplog.records if one.levelno > logging.INFO] == []


async def test_what_never_ends_is_cut_as_if_its_client_had_left(caplog: pytest.LogCaptureFixture) -> None:
    async def forever() -> AsyncIterator[bytes]:
        yield b"once"
        await asyncio.Event().wait()

    async def endless(_: Request) -> StreamingResponse:
        return StreamingResponse(forever())

    server = ConsoleServer(Listen("127.0.0.1", 0))
    await server.start(Starlette(routes=[Route("/", endless)]))
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
    await reader.readuntil(b"once")
    await server.stop()
    assert server.leaving.is_set()
    assert [one.getMessage() for one in caplog.records if one.levelno > logging.INFO] == []
    writer.close()
