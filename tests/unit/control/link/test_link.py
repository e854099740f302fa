"""The connection: lost and made again, with nothing lost and nothing decided twice."""

import asyncio
import socket
from pathlib import Path

import pytest

from sidecar.control.link.link import Link, Self
from sidecar.core.approval.answer import Outcome
from sidecar.core.model.block import Target
from sidecar.core.model.caller import Caller
from tests.gates import KEY, linked, plane, seen
from tests.people import ANN, asked
from tests.polling import until


@pytest.fixture
def dsn(tmp_path: Path) -> str:
    return f"sqlite://{tmp_path}/control.sqlite"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_question_survives_the_control_plane(dsn: str) -> None:
    """It goes while the question waits, a person decides elsewhere meanwhile, and it comes back."""
    port = free_port()
    async with plane(dsn) as elsewhere:
        async with plane(dsn, port) as here, linked(here.address) as link:
            asking = asyncio.create_task(link.approvals.ask(asked(), 60.0))
            ticket = await here.ticket_of()
            await here.server.stop()
            await until(lambda: not link.state.connected)
            assert (await link.approvals.ask(asked(2), 60.0)).outcome is Outcome.UNAVAILABLE
            await elsewhere.tickets.decide(ticket, ANN, True)
            async with plane(dsn, port):
                answer = await asyncio.wait_for(asking, 20)
                assert (answer.outcome, answer.ticket) == (Outcome.APPROVED, ticket)
        assert len((await elsewhere.tickets.list()).tickets) == 1


async def test_given_up_when_it_stays_away(dsn: str) -> None:
    async with plane(dsn) as here, linked(here.address, stale=0.2) as link:
        await here.blocks.put(Target.AGENT, "a1", "Stop.", "x")
        await until(lambda: link.state.blocks == 1)
        asking = asyncio.create_task(link.approvals.ask(asked(), 60.0))
        await here.ticket_of()
        await here.server.stop()
        async with asyncio.timeout(10):
            assert (await asking).outcome is Outcome.UNAVAILABLE
        assert link.blocks.against(Caller("x", "y", claimed_agent="a1"), "claude"), "who was stopped stays stopped"


async def test_withdrawn_while_away(dsn: str) -> None:
    port = free_port()
    async with plane(dsn, port) as here, linked(here.address) as link:
        asking = asyncio.create_task(link.approvals.ask(asked(), 60.0))
        await here.ticket_of()
        await here.server.stop()
        await until(lambda: not link.state.connected)
        asking.cancel()
        await asyncio.wait((asking,))
        async with plane(dsn, port) as again:

            async def withdrawn() -> bool:
                return await again.tickets.pending() == 0

            await seen(withdrawn)


async def test_nobody_there() -> None:
    link = Link(f"127.0.0.1:{free_port()}", Self("g", "1"), key=lambda: KEY)
    assert link.state.silent is None
    await link.start()
    answer = await link.approvals.ask(asked(), 60.0)
    assert answer.outcome is Outcome.UNAVAILABLE
    await link.close()


async def test_something_else_is_there(caplog: pytest.LogCaptureFixture) -> None:
    async def other(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(other, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with linked(f"127.0.0.1:{port}", wait=False) as link:
        await until(lambda: "no connection to the control plane" in caplog.text)
        assert not link.state.connected
    server.close()
    await server.wait_closed()


async def test_closing_answers_what_waits(dsn: str) -> None:
    async with plane(dsn) as here:
        async with linked(here.address) as link:
            asking = asyncio.create_task(link.approvals.ask(asked(), 60.0))
            await here.ticket_of()
        assert (await asking).outcome is Outcome.UNAVAILABLE
