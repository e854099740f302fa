"""Who may connect, and what a data plane that says nonsense gets."""

import asyncio
import gc
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest

from sidecar.control import messages
from sidecar.control.gates.credentials import ServerTls
from sidecar.control.gates.hall import Hall
from sidecar.control.gates.server import GateServer
from sidecar.control.gen import control_pb2 as pb
from sidecar.control.link.link import PATH, Link, LinkTls
from sidecar.core.errors import ConfigurationError
from tests.certificates import Authority
from tests.gates import KEY, linked, plane
from tests.people import asked
from tests.polling import until

HELLO = pb.FromGate(hello=pb.Hello(gate="g", instance="i", version="1")).SerializeToString()
ASKED = messages.written(messages.asked_message(asked()))
CODE = grpc.StatusCode


async def said(address: str, *data: bytes, key: str = KEY) -> grpc.StatusCode:
    """How the stream ends on which this is said."""
    async with grpc.aio.insecure_channel(address) as channel:
        call = channel.stream_stream(PATH)(metadata=(("authorization", f"Bearer {key}"),))
        try:
            for one in data:
                await call.write(one)
            while await call.read() is not grpc.aio.EOF:
                pass
        except grpc.aio.AioRpcError as error:
            return error.code()
        return await call.code()


@pytest.fixture
def dsn(tmp_path: Path) -> str:
    return f"sqlite://{tmp_path}/control.sqlite"


CASES = [
    ("another key", (HELLO,), "wrong", CODE.UNAUTHENTICATED),
    ("no key", (HELLO,), "", CODE.UNAUTHENTICATED),
    ("nonsense", (b"\xff\xff",), KEY, CODE.INVALID_ARGUMENT),
    ("empty", (b"",), KEY, CODE.INVALID_ARGUMENT),
    ("a question before hello", (ASKED,), KEY, CODE.INVALID_ARGUMENT),
    ("hello twice", (HELLO, HELLO), KEY, CODE.INVALID_ARGUMENT),
    ("nonsense later", (HELLO, b"\xff"), KEY, CODE.INVALID_ARGUMENT),
    ("too long", (HELLO, b"x" * (5 << 20)), KEY, CODE.RESOURCE_EXHAUSTED),
]


@pytest.mark.parametrize(("note", "data", "key", "code"), CASES, ids=[case[0] for case in CASES])
async def test_what_ends_a_stream(dsn: str, note: str, data: tuple[bytes, ...], key: str, code: CODE) -> None:
    async with plane(dsn) as here, linked(here.address) as other:
        assert await said(here.address, *data, key=key) is code
        await until(lambda: len(here.hall.visits) == 1)
        assert other.state.connected, "nobody else suffers"


async def test_a_wrong_key_never_connects(dsn: str) -> None:
    async with plane(dsn) as here, linked(here.address, key="wrong", wait=False) as link, linked(here.address):
        assert not link.state.connected
        assert link.blocks.version is None


async def test_certificates_both_ways(dsn: str, tmp_path: Path) -> None:
    ours, theirs = Authority(f"{tmp_path}/ours"), Authority(f"{tmp_path}/theirs")
    server, client, stranger = ours.issue("localhost"), ours.issue("gate-1"), theirs.issue("gate-2")
    tls = ServerTls(server.certificate, server.key, ours.certificate)
    async with plane(dsn, tls=tls) as here:
        good = LinkTls(ours.certificate, client.certificate, client.key)
        async with linked(here.address, key=None, tls=good) as link:
            assert link.state.connected
            for bad in (
                LinkTls(ours.certificate, stranger.certificate, stranger.key),
                LinkTls(ours.certificate),
                LinkTls(theirs.certificate, client.certificate, client.key),
            ):
                async with linked(here.address, tls=bad, wait=False) as other:
                    assert not await other_connects(other)


async def other_connects(link: Link) -> bool:
    try:
        await until(lambda: link.state.connected, within=1.0)
    except TimeoutError:
        return False
    return True


async def test_a_port_in_use_is_a_sentence(dsn: str) -> None:
    async with plane(dsn) as here:
        with pytest.raises(ConfigurationError, match="is another one running"):
            GateServer(Hall(here.store, here.tickets, here.blocks), "127.0.0.1", here.server.port, key=KEY)


@asynccontextmanager
async def cut_off(port: int) -> AsyncIterator[tuple[str, Callable[[], None]]]:
    """A way to the port that can be cut, as by a machine that goes: no goodbye, and what is under way is lost."""
    ways: list[asyncio.StreamWriter] = []

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)

    async def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        ways.extend((writer, back))
        await asyncio.gather(pass_on(reader, back), pass_on(there, writer), return_exceptions=True)

    def cut() -> None:
        for way in ways:
            way.transport.abort()

    server = await asyncio.start_server(came, "127.0.0.1")
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", cut


async def test_a_stream_that_is_cut_off_is_one_calm_line(dsn: str, caplog: pytest.LogCaptureFixture) -> None:
    """It was being spoken to: what cannot be written any more is no error of ours, and nobody goes on speaking."""
    caplog.set_level(logging.INFO)
    async with (
        plane(dsn) as here,
        cut_off(here.server.port) as (address, cut),
        grpc.aio.insecure_channel(address) as channel,
    ):
        call = channel.stream_stream(PATH)(metadata=(("authorization", f"Bearer {KEY}"),))
        await call.write(HELLO)
        await call.read()
        (visit,) = here.hall.visits
        cut()
        for _ in range(20):
            visit.say(messages.written(pb.ToGate(beat=pb.Beat(at=1.0))))
        await until(lambda: "a data plane has left: g" in caplog.messages)
        loop = asyncio.get_running_loop()
        await until(lambda: not [one for one in asyncio.all_tasks(loop) if re.search("_beat|_speak", repr(one))])
    gc.collect()  # a task whose failure nobody looked at says so when it goes
    assert [one.getMessage() for one in caplog.records if one.levelno > logging.INFO] == []
