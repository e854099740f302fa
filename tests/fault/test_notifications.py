"""kill -9 while a message is on its way: whoever comes next sends it again, under the same name."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sidecar.control.desk.tickets import Tickets
from sidecar.control.notify.deliveries import Deliveries
from sidecar.control.notify.delivery import Delivery
from sidecar.control.notify.outbox import Outbox
from sidecar.control.notify.rows import State
from sidecar.control.notify.sender import Sender
from sidecar.control.store.store import Store
from sidecar.settings.notify import Occasion, Webhook
from tests.people import Kept, asked
from tests.postgres import Cluster, cluster
from tests.receivers import receiver
from tests.unit.control.notify.told import SECRET, URL, route

LEASE = 3.0
WHEN = frozenset({Occasion.OPENED})
# Opens a ticket, sends what is to be told of it, and hangs at whoever hangs.
LIFE = """
import asyncio, sys
import httpx
from sidecar.control.desk.tickets import Tickets
from sidecar.control.notify.delivery import Delivery
from sidecar.control.notify.outbox import Outbox
from sidecar.control.notify.sender import Sender
from sidecar.control.store.store import Store
from sidecar.settings.notify import Webhook
from tests.fault.test_notifications import LEASE, WHEN
from tests.people import Kept, asked
from tests.unit.control.notify.told import SECRET, URL, route
async def main():
    routes = [route(to=Webhook(sys.argv[2], SECRET), when=WHEN)]
    store = await Store.open(sys.argv[1])
    await Tickets(store, Kept(), outbox=Outbox(routes)).open(asked())
    async with httpx.AsyncClient(trust_env=False) as http:
        await Sender(store, Kept(), routes, Delivery(http, URL, lambda _: "k"), lease=LEASE).step(routes[0])
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def dsn(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/control.sqlite"
    return str(request.getfixturevalue("postgres").database())


async def test_killed_between_the_claim_and_the_answer(dsn: str) -> None:
    async with receiver() as other, asyncio.timeout(60):
        other.hangs = True
        life = await asyncio.create_subprocess_exec(sys.executable, "-c", LIFE, dsn, other.url)
        await other.came.wait()
        os.kill(life.pid, signal.SIGKILL)
        await life.wait()
        other.hangs = False
        store, trail = await Store.open(dsn), Kept()
        (row,) = (await Deliveries(store, trail).list()).rows
        assert (row.state, row.tries, row.holder is not None) == (State.WAITING, 1, True)
        routes = [route(to=Webhook(other.url, SECRET), when=WHEN)]
        async with httpx.AsyncClient(trust_env=False) as http:
            sender = Sender(store, trail, routes, Delivery(http, URL, lambda _: "k"), lease=LEASE)
            assert not await sender.step(routes[0]), "its lease is not over"
            running = asyncio.create_task(sender.run())
            while (await Deliveries(store, trail).list((State.DELIVERED,))).rows == ():
                await asyncio.sleep(0.05)
            running.cancel()
            await asyncio.wait((running,))
        await store.close()
    first, second = other.requests
    assert first.headers["gatehouse-notification"] == second.headers["gatehouse-notification"] == row.id
    assert first.body == second.body


async def test_killed_before_anything_was_sent(dsn: str) -> None:
    """What was to be told stands as soon as the ticket does."""
    store = await Store.open(dsn)
    await Tickets(store, Kept(), outbox=Outbox([route(when=WHEN)])).open(asked())
    await store.close()
    again = await Store.open(dsn)
    assert [row.occasion for row in (await Deliveries(again, Kept()).list()).rows] == [Occasion.OPENED]
    await again.close()
