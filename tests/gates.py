"""A control plane's gate side and data planes that are linked to it, in one process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sidecar.control.desk.blocks import Blocks
from sidecar.control.desk.tickets import Tickets
from sidecar.control.gates.credentials import ServerTls
from sidecar.control.gates.hall import Hall
from sidecar.control.gates.server import GateServer
from sidecar.control.link.link import Link, LinkTls, Self
from sidecar.control.store.store import Store
from tests.people import Kept
from tests.polling import until

KEY = "the key of the data planes"


@dataclass
class Plane:
    """One control plane."""

    store: Store
    tickets: Tickets
    blocks: Blocks
    hall: Hall
    server: GateServer

    @property
    def address(self) -> str:
        return f"localhost:{self.server.port}"

    async def ticket_of(self, question: int = 1) -> str:
        """The ticket of a question, once it is there."""
        found: list[str] = []

        async def look() -> bool:
            page = await self.tickets.list()
            found[:] = [one.id for one in page.tickets if one.asked.id == f"ask_{question}"]
            return bool(found)

        await seen(look)
        return found[0]


@asynccontextmanager
async def plane(dsn: str, port: int = 0, tls: ServerTls | None = None, most: int = 20) -> AsyncIterator[Plane]:
    store = await Store.open(dsn)
    tickets, blocks = Tickets(store, Kept(), pending_per_caller=most), Blocks(store, Kept())
    hall = Hall(store, tickets, blocks)
    await hall.start()
    server = GateServer(hall, "127.0.0.1", port, key=None if tls and tls.client_ca else KEY, tls=tls)
    await server.start()
    try:
        yield Plane(store, tickets, blocks, hall, server)
    finally:
        await server.stop()
        await hall.close()
        await store.close()


@asynccontextmanager
async def linked(
    address: str, *, key: str | None = KEY, tls: LinkTls | None = None, stale: float = 30.0, wait: bool = True
) -> AsyncIterator[Link]:
    link = Link(address, Self("gate-1", "1.0"), key=lambda: key, tls=tls, stale=stale)
    await link.start()
    try:
        if wait:
            await until(lambda: link.blocks.version is not None)
        yield link
    finally:
        await link.close()


async def seen(look: Callable[[], Awaitable[bool]]) -> None:
    """Ask in the event loop until it holds."""
    async with asyncio.timeout(30):
        while not await look():
            await asyncio.sleep(0.01)
