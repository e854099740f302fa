"""What may be sent and what may come back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.credentials.oauth.grant import NoToken
from sidecar.credentials.oauth.web import LARGEST, Answer, Web, trusting
from sidecar.settings.oauth import OAuth

OAUTH = OAuth("http://127.0.0.1/token", "gate", "S", None)


@asynccontextmanager
async def saying(head: str, body: bytes = b"") -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that says this to everybody, and what it heard."""
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(f"HTTP/1.1 {head}\r\nconnection: close\r\n\r\n".encode() + body)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1")
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/place", heard


async def got(url: str, **how: bool) -> Answer:
    web = Web(OAUTH, within=5)
    try:
        return await web.get("the place", url, **how)
    finally:
        await web.close()


async def test_an_answer_with_its_challenge() -> None:
    async with saying("401 No\r\nwww-authenticate: Bearer x", b"body") as (url, heard):
        assert await got(url) == Answer(401, "Bearer x", b"body")
        assert await got(url, whole=False) == Answer(401, "Bearer x", b"")
    assert heard[0].startswith(b"GET /place HTTP/1.1")
    assert b"accept-encoding: identity" in heard[0].lower()


async def test_nobody_is_followed() -> None:
    async with saying("200 OK", b"secret place") as (other, heard):
        async with saying(f"302 Found\r\nlocation: {other}") as (url, _):
            assert (await got(url)).status == 302
        assert heard == []


async def test_too_much_is_none() -> None:
    async with saying("200 OK", b"x" * (LARGEST + 1)) as (url, _):
        with pytest.raises(NoToken, match="the place answers too much"):
            await got(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "http://[::bad/x"])
async def test_nobody_there(url: str) -> None:
    with pytest.raises(NoToken, match="the place cannot be reached") as caught:
        await got(url)
    assert (caught.value.lasting, caught.value.__cause__) == (False, None)


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with saying("200 OK", b"of the proxy") as (proxy, heard), saying("200 OK", b"own") as (url, _):
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("all_proxy", proxy)
        assert (await got(url)).body == b"own"
    assert heard == []


def test_authorities(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(ConfigurationError, match="holds no certificates in PEM"):
        trusting(OAuth("https://id/token", "gate", "S", None, ca=tmp_path / "ca.pem"))
    assert trusting(OAuth("https://id/token", "gate", "S", None)).check_hostname
    assert trusting(OAuth("", "gate", "S", None, issuer="https://id")).get_ca_certs() is not None
