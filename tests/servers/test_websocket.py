"""WebSockets through the gate: opened where the connection and its policies say so, unread, on record, and cut."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from sidecar.control.client import Client as Person
from tests.polling import until
from tests.servers.conftest import Gate
from tests.servers.test_held import decide
from tests.servers.test_mcp import facts

Open = Callable[..., AbstractAsyncContextManager[ClientConnection]]


@pytest.fixture
def opened(gate: Gate, tokens: dict[str, str]) -> Open:
    def made(connection: str = "live", path: str = "/echo", session: str = "") -> Any:
        headers = {"authorization": f"Bearer {tokens['ada']}"} | ({"x-gatehouse-session": session} if session else {})
        address = f"{gate.url.replace('http', 'ws', 1)}/c/{connection}{path}"
        return connect(address, additional_headers=headers, proxy=None, open_timeout=30)

    return made


def about(gate: Gate, exchange: str) -> dict[str, dict[str, Any]]:
    return {kind: fact for kind, fact in facts(gate) if fact.get("exchange") == exchange}


async def said_by(socket: ClientConnection) -> str | bytes:
    async with asyncio.timeout(60):
        return await socket.recv()


async def test_it_echoes_unread_and_the_record_says_so(gate: Gate, opened: Open) -> None:
    async with opened() as socket:
        said = [f"{n}: {gate.secret}" for n in range(3)]
        for one in said:
            await socket.send(one)
        assert [await said_by(socket) for _ in said] == [f"{one}, {gate.secret}" for one in said]
        large = "x" * 900_000
        await socket.send(large)
        assert await said_by(socket) == f"{large}, {gate.secret}"
        assert socket.response is not None
        exchange = socket.response.headers["x-gatehouse-exchange"]
        assert "answered" not in about(gate, exchange)
    head = gate.service.heads[-1]
    assert (head["x-api-key"], head["upgrade"], head.get("authorization")) == (gate.key, "websocket", None)
    assert not [name for name in head if name.startswith(("x-gatehouse", "x-forwarded"))]
    await until(lambda: "answered" in about(gate, exchange))
    decided, answered = (about(gate, exchange)[kind] for kind in ("decided", "answered"))
    assert (decided["endpoint"], decided["verdict"], decided["path"]) == ("websocket", "allow", "/c/live/echo")
    assert decided["scanned"] == {"extent": "partly", "why": ["frames of a websocket"]}
    assert answered["scanned"] == {"extent": "not", "why": ["frames of a websocket"]}
    assert (answered["status"], answered["complete"], answered["broken"]) == (101, True, None)
    # What passed is counted where it passed.
    await until(lambda: bool(logged(gate, exchange)))
    (line,) = logged(gate, exchange)
    assert line["bytes_in"] > 0
    assert line["bytes_out"] > len(gate.secret)


def logged(gate: Gate, exchange: str) -> list[dict[str, Any]]:
    """In Envoy's access log."""
    lines = (gate.folder / ".gatehouse" / "logs" / "envoy.log").read_text().splitlines()
    return [json.loads(line) for line in lines if f'"{exchange}"' in line]


REFUSED = (
    ("a connection that names none", {"connection": "shop", "path": "/orders"}, 403, "opens no WebSockets"),
    ("a model's connection", {"connection": "claude"}, 403, "opens no WebSockets"),
    ("a policy that reads what passes", {"connection": "watched"}, 403, "rules of the policy watched would have to"),
    ("a path that nobody opened", {"path": "/else"}, 403, "No policy allows"),
    ("what a rule forbids", {"path": "/forbidden"}, 403, "No socket here."),
    ("a server that opens none", {"path": "/nothing"}, 404, "it answered with status 404"),
)


@pytest.mark.parametrize(("where", "status", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
async def test_anything_else_is_refused(gate: Gate, opened: Open, where: dict[str, str], status: int, why: str) -> None:
    before = len(gate.service.heads)
    with pytest.raises(InvalidStatus) as refused:
        await opened(**where).__aenter__()
    answer = refused.value.response
    assert answer.status_code == status
    assert why in answer.body.decode()
    assert gate.secret not in answer.body.decode()
    assert len(gate.service.heads) == before


async def test_what_may_not_be_masked_in_an_address_is_refused(gate: Gate, opened: Open) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await opened(path=f"/echo?q={gate.secret}").__aenter__()
    assert refused.value.response.status_code == 403


async def test_requests_on_the_same_connection_are_masked_as_ever(gate: Gate, tokens: dict[str, str]) -> None:
    headers = {"authorization": f"Bearer {tokens['ada']}"}
    pretending = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    async with httpx.AsyncClient(base_url=f"{gate.url}/c/live", headers=headers, timeout=15) as client:
        assert gate.secret not in (await client.get("/orders")).text
        assert gate.secret not in (await client.get("/orders", headers={"upgrade": "websocket"})).text
        before = len(gate.service.bodies)
        answer = await client.post("/orders", headers=pretending, json={"note": gate.secret})
        assert (answer.status_code, len(gate.service.bodies)) == (400, before)
        assert "its method is not GET" in answer.json()["error"]["message"]


async def test_people_let_it_open(gate: Gate, opened: Open, person: Person) -> None:
    opening = asyncio.create_task(opened(path="/held").__aenter__())
    before = len(gate.service.heads)
    await decide(person, yes=True)
    socket = await opening
    await socket.send("hello")
    assert await said_by(socket) == f"hello, {gate.secret}"
    await socket.close()
    assert len(gate.service.heads) == before + 1
    refused = asyncio.create_task(opened(path="/held").__aenter__())
    await decide(person, yes=False)
    with pytest.raises(InvalidStatus):
        await refused


async def test_its_time_is_over(gate: Gate, opened: Open) -> None:
    async with opened("brief") as socket:
        with pytest.raises(ConnectionClosedError):
            await asyncio.wait_for(socket.recv(), 30)
        assert socket.response is not None
        exchange = socket.response.headers["x-gatehouse-exchange"]
    await until(lambda: "answered" in about(gate, exchange))
    answered = about(gate, exchange)["answered"]
    assert answered["seconds"] >= 2
    assert (answered["complete"], "upgrade_timeout" in answered["broken"]) == (False, True)


async def test_other_rules_cut_it(gate: Gate, opened: Open) -> None:
    async with opened() as socket:
        await socket.send("hello")
        assert await said_by(socket) == f"hello, {gate.secret}"
        policy = gate.folder / "live.yaml"
        policy.write_text(policy.read_text() + "  - {id: more, match: {keywords: [nightjar]}, do: deny}\n")
        with pytest.raises(ConnectionClosedError):
            await asyncio.wait_for(socket.recv(), 60)
    async with opened() as socket:
        await socket.send("again")
        assert await said_by(socket) == f"again, {gate.secret}"


async def test_who_is_stopped_is_cut(gate: Gate, opened: Open, person: Person) -> None:
    async with opened(session="ws-stopped") as socket:
        await socket.send("hello")
        assert await said_by(socket) == f"hello, {gate.secret}"
        block = person.put_block("session", "ws-stopped", "enough")
        with pytest.raises(ConnectionClosedError):
            await asyncio.wait_for(socket.recv(), 30)
        assert socket.response is not None
        exchange = socket.response.headers["x-gatehouse-exchange"]
    await until(lambda: "answered" in about(gate, exchange))
    assert "enough" in about(gate, exchange)["answered"]["broken"]
    assert about(gate, exchange)["stopped"]["reason"] == "enough"
    with pytest.raises(InvalidStatus) as refused:
        await opened(session="ws-stopped").__aenter__()
    assert refused.value.response.status_code == 451
    person.lift_block(str(block["id"]))
