"""The HTTP listener of the control plane."""

import asyncio
import urllib.request

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from sidecar.core.errors import ConfigurationError
from sidecar.processes.console_serve import ConsoleServer
from sidecar.settings.control import Listen


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
