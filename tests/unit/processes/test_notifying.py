"""Notifications put together, from a ticket to a real server."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from sidecar.control.desk.tickets import Tickets
from sidecar.control.notify.deliveries import Deliveries
from sidecar.control.notify.outbox import Outbox
from sidecar.control.store.engine import Heard
from sidecar.control.store.store import Store
from sidecar.core.errors import ConfigurationError
from sidecar.processes import notifying
from sidecar.processes.notifying import Notifying, checked, delivering, tried
from sidecar.settings.control import Control
from sidecar.settings.load import load
from sidecar.settings.notify import Email, Occasion, Security, Slack, Webhook
from sidecar.settings.source import Source
from tests.people import ANN, Kept, asked
from tests.polling import until
from tests.receivers import Receiver, receiver
from tests.unit.control.notify.told import SECRET, news, route

ENVIRON = {"SECRET": "k" * 20, "CHAT": ""}


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    before = logging.getLogger("httpx").level
    yield
    logging.getLogger("httpx").setLevel(before)


@pytest.fixture
async def other() -> AsyncIterator[Receiver]:
    async with receiver() as made:
        yield made


def control(folder: Path, other: Receiver) -> Control:
    (folder / "gatehouse.yaml").write_text(
        f"""
development: {{identity: true}}
control:
  url: https://gate.example.com
  notifications:
    - {{name: books, to: {{webhook: "{other.url}", secret: {{env: SECRET}}}}}}
"""
    )
    return load(folder / "gatehouse.yaml", {}).control_plane


async def test_from_a_ticket_to_who_is_told(tmp_path: Path, other: Receiver) -> None:
    made = control(tmp_path, other)
    store = await Store.open(f"sqlite:///{tmp_path}/control.sqlite")
    trail = Kept()
    async with httpx.AsyncClient(trust_env=False) as http:
        telling = Notifying(made, store, trail, http, ENVIRON)
        telling.start()
        tickets = Tickets(store, trail, outbox=Outbox(made.notifications))
        ticket = await tickets.open(asked())
        await until(lambda: len(other.requests) == 1)
        await tickets.decide(ticket.id, ANN, False, "No.")
        await until(lambda: len(other.requests) == 2)
        await until(lambda: [fact.get("result") for _, fact in trail.facts].count("delivered") == 2)
        await telling.close()
    assert [request.json["occasion"] for request in other.requests] == ["opened", "decided"]
    assert other.requests[0].json["link"] == f"https://gate.example.com/approvals/{ticket.id}"
    states = sorted(row.state.value for row in (await Deliveries(store, trail).list()).rows)
    assert states == ["delivered", "delivered", "dropped"]
    await store.close()


async def test_without_routes_nothing_runs(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite:///{tmp_path}/control.sqlite")
    before = asyncio.all_tasks()
    async with httpx.AsyncClient() as http:
        (tmp_path / "gatehouse.yaml").write_text("development: {identity: true}\n")
        telling = Notifying(load(tmp_path / "gatehouse.yaml", {}).control_plane, store, Kept(), http, {})
        telling.start()
        assert asyncio.all_tasks() == before
        await telling.close()
    await store.close()


async def test_a_bug_leaves_nobody_untold_for_good(
    tmp_path: Path, other: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made, trail = control(tmp_path, other), Kept()
    store = await Store.open(f"sqlite:///{tmp_path}/control.sqlite")
    steps = iter((RuntimeError("a bug"),))

    async def listens(topic: str) -> Heard:
        for error in steps:
            raise error
        return await Store.listen(store, topic)

    monkeypatch.setattr(notifying, "AGAIN", 0.01)
    monkeypatch.setattr(store, "listen", listens)
    await Tickets(store, trail, outbox=Outbox(made.notifications)).open(asked())
    async with httpx.AsyncClient(trust_env=False) as http:
        telling = Notifying(made, store, trail, http, ENVIRON)
        telling.start()
        await until(lambda: len(other.requests) == 1)
        await telling.close()
    assert "begin again" in caplog.text
    await store.close()


async def test_no_address_is_logged(tmp_path: Path, other: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with httpx.AsyncClient(trust_env=False) as http:
        deliver = delivering(control(tmp_path, other), http, {"SECRET": other.url})
        assert (await deliver(route(to=Slack(SECRET)), "nt_1", news())).delivered
    assert "s3cr3t" not in caplog.text


async def test_a_fault_of_ours_is_one_messages_fault(tmp_path: Path, other: Receiver) -> None:
    closed = httpx.AsyncClient()
    await closed.aclose()
    deliver = delivering(control(tmp_path, other), closed, ENVIRON)
    outcome = await deliver(route(to=Webhook(other.url, SECRET)), "nt_1", news())
    assert outcome.said == "This failed by a fault of Gatehouse; the log says more."


def test_all_that_are_missing_are_named(tmp_path: Path) -> None:
    mail = Email("m.test", 587, Security.STARTTLS, "a@x.test", ("b@x.test",), "u", Source(file=tmp_path / "gone"))
    routes = (
        route("fine"),
        route("chat", Slack(Source(env="CHAT"))),
        route("mail", mail),
        route("relay", Email("m.test", 25, Security.NONE, "a@x.test", ("b@x.test",))),
    )
    with pytest.raises(ConfigurationError) as said:
        checked(routes, ENVIRON)
    assert [mistake.file for mistake in said.value.mistakes] == [
        "control.notifications (chat)",
        "control.notifications (mail)",
    ]
    checked(routes[:1], ENVIRON)


async def test_tried(tmp_path: Path, other: Receiver) -> None:
    made = control(tmp_path, other)
    assert (await tried(made, "books", ENVIRON)).delivered
    assert other.requests[0].json["occasion"] == Occasion.TEST
    with pytest.raises(ConfigurationError, match="there is no 'x'"):
        await tried(made, "x", ENVIRON)
