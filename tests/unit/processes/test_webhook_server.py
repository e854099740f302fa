"""The webhook's listener: real TLS, and another certificate while it listens."""

import ssl
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from sidecar.processes.webhook_server import Shown, WebhookServer
from tests.certificates import Authority


async def hello(_: object) -> PlainTextResponse:
    return PlainTextResponse("hello")


APP = Starlette(routes=[Route("/", hello)])


class Pki:
    def __init__(self, folder: Path, name: str) -> None:
        self.authority = Authority(str(folder / name))
        issued = self.authority.issue("localhost")
        self.pair = issued.certificate.read_text(), issued.key.read_text()

    def client(self) -> httpx.AsyncClient:
        context = ssl.create_default_context(cafile=str(self.authority.certificate))
        return httpx.AsyncClient(verify=context, trust_env=False)


async def test_a_new_certificate_counts_for_the_next_connection(tmp_path: Path) -> None:
    old, new = Pki(tmp_path, "old"), Pki(tmp_path, "new")
    shown, server = Shown(), WebhookServer("127.0.0.1", 0)
    assert shown.take(*old.pair)
    assert not shown.take(*old.pair)
    await server.start(APP, shown)
    url = f"https://localhost:{server.port}/"
    async with old.client() as kept, new.client() as fresh:
        assert (await kept.get(url)).text == "hello"
        with pytest.raises(httpx.ConnectError):
            await fresh.get(url)
        assert shown.take(*new.pair)
        assert (await fresh.get(url)).text == "hello"
        assert (await kept.get(url)).text == "hello"  # its connection goes on
        async with old.client() as late:
            with pytest.raises(httpx.ConnectError):
                await late.get(url)
    await server.stop()


async def test_a_pair_that_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    one, other = Pki(tmp_path, "one"), Pki(tmp_path, "other")
    shown, server = Shown(), WebhookServer("127.0.0.1", 0)
    shown.take(*one.pair)
    with pytest.raises(ssl.SSLError):
        shown.take(one.pair[0], other.pair[1])
    await server.start(APP, shown)
    async with one.client() as http:
        assert (await http.get(f"https://localhost:{server.port}/")).text == "hello"
    await server.stop()
