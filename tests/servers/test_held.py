"""Calls that wait for a person of a real control plane: the protocol's own client hears so, and what came of it."""

import asyncio
import json
import time
from typing import Any

import httpx
import pytest

from sidecar.control.client import Client as Person
from sidecar.core.exchange.mcp.waits import SOON
from tests.polling import until
from tests.servers.conftest import Connect, Gate
from tests.servers.test_mcp import facts, text

HELD = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}


@pytest.fixture
def ran(gate: Gate) -> Any:
    """What has run since."""
    before = len(gate.service.ran)
    return lambda: gate.service.ran[before:]


def waiting(person: Person) -> list[dict[str, Any]]:
    return person.approvals({"state": "pending"})["items"]  # type: ignore[return-value]


async def decide(person: Person, yes: bool, rationale: str | None = None, *, later: bool = False) -> None:
    """As soon as there is something to decide; or `later`: when its client has heard that it waits."""
    await until(lambda: len(waiting(person)) == 1)
    (ticket,) = waiting(person)
    if later:
        asked = float(ticket["opened"])
        await until(lambda: time.time() - asked > SOON + 0.3)
    await asyncio.to_thread(person.decide, ticket["id"], yes, rationale, False)


def told(gate: Gate, kind: str) -> list[dict[str, object]]:
    """Of this kind, about the newest exchange that has one."""
    every = [fact for one, fact in facts(gate) if one == kind]
    return [fact for fact in every if fact["exchange"] == every[-1]["exchange"]]


class Heard:
    def __init__(self) -> None:
        self.progress: list[float] = []
        self.words: list[str] = []

    async def __call__(self, progress: float, _: float | None, message: str | None) -> None:
        self.progress.append(progress)
        self.words.append(message or "")


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_the_client_hears_that_it_waits_and_then_the_answer(
    connect: Connect, gate: Gate, person: Person, ran: Any, mode: str
) -> None:
    heard = Heard()
    async with connect(mode) as client:
        calling = asyncio.create_task(client.call_tool("send", {"to": gate.secret}, progress_callback=heard))
        await until(lambda: bool(heard.words))
        assert ran() == []
        await decide(person, yes=True)
        result = await calling
    assert not result.is_error
    assert text(result).startswith("sent to [")
    assert gate.secret not in result.model_dump_json() + "".join(heard.words)
    assert [one.split(",")[0].split(" after")[0] for one in heard.words if "half" not in one][-1] == "Approved"
    assert heard.words[0].startswith("Waiting for a person's approval (rule sends), ")
    assert heard.words[-1].startswith("half")
    assert heard.progress == sorted(set(heard.progress))
    ((tool, to),) = ran()
    assert tool == "send"
    assert gate.secret not in to
    exchange = told(gate, "approval_decided")[0]["exchange"]
    await until(lambda: any(one == "answered" and fact["exchange"] == exchange for one, fact in facts(gate)))
    kinds = [one for one, fact in facts(gate) if fact.get("exchange") == exchange]
    assert kinds == ["decided", "tool_call", "approval_asked", "approval_decided", "answered"]
    (latency,) = [fact["latency"] for _, fact in facts(gate) if fact.get("exchange") == exchange and "latency" in fact]
    assert isinstance(latency, dict)
    assert latency["human_ms"] > 900
    assert latency["gate_ms"] < latency["human_ms"]
    assert gate.service.heads[-1]["authorization"] == f"Bearer {gate.key}"
    assert not [name for name in gate.service.heads[-1] if name.startswith(("x-gatehouse", "x-forwarded"))]


async def test_a_denial_comes_with_its_reason_and_the_session_goes_on(
    connect: Connect, gate: Gate, person: Person, ran: Any
) -> None:
    heard = Heard()
    async with connect() as client:
        calling = asyncio.create_task(client.call_tool("send", {"to": "all"}, progress_callback=heard))
        await until(lambda: bool(heard.words))
        await decide(person, yes=False, rationale="not on a Friday")
        result = await calling
        assert result.is_error
        assert "Denied by" in text(result)
        assert "not on a Friday" in text(result)
        assert ran() == []
        assert not (await client.call_tool("find", {"query": "x"})).is_error
    assert told(gate, "not_forwarded")[0]["rule"] == "sends"


async def test_nobody_decides(connect: Connect, gate: Gate, ran: Any) -> None:
    heard = Heard()
    async with connect() as client:
        result = await client.call_tool("find", {"query": "hurry"}, progress_callback=heard)
    assert result.is_error
    assert "Nobody decided within 5 seconds." in text(result)
    assert heard.words
    assert ran() == []


async def test_who_gives_up_withdraws(connect: Connect, gate: Gate, person: Person, ran: Any) -> None:
    from mcp import MCPError

    async with connect() as client:
        with pytest.raises(MCPError, match="timed out"):
            await client.call_tool("send", {"to": "x"}, read_timeout_seconds=3)
        await until(lambda: not waiting(person))  # the session goes on, and its POST may stay open
    await until(lambda: told(gate, "approval_decided")[0]["decision"] == "withdrawn")
    assert ran() == []


async def test_a_client_that_asked_for_no_progress_gets_comments(
    gate: Gate, tokens: dict[str, str], person: Person
) -> None:
    first = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    start = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": first}
    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "send", "arguments": {"to": "x"}}}
    headers = {"authorization": f"Bearer {tokens['ada']}", **HELD}
    async with httpx.AsyncClient(base_url=gate.url, timeout=30, headers=headers) as client:
        session = (await client.post("/c/tickets", json=start)).headers["mcp-session-id"]
        ask = client.stream("POST", "/c/tickets", json=call, headers={"mcp-session-id": session})
        async with ask as answer:
            assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")
            lines = answer.aiter_lines()
            assert (await anext(lines)).startswith(": Waiting for a person's approval")
            await decide(person, yes=True)
            rest = [line async for line in lines if line.startswith("data:")]
    assert json.loads(rest[-1].removeprefix("data: "))["id"] == 2


@pytest.mark.parametrize(("to", "yes"), [("all", True), ("stream", True), ("nobody", False)])
async def test_a_client_that_reads_json_alone_gets_a_byte_now_and_then(
    gate: Gate, tokens: dict[str, str], person: Person, ran: Any, to: str, yes: bool
) -> None:
    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "send", "arguments": {"to": to}}}
    headers = {"authorization": f"Bearer {tokens['ada']}", "accept": "application/json"}
    async with (
        httpx.AsyncClient(base_url=gate.url, timeout=30, headers=headers) as client,
        client.stream("POST", "/c/json", json=call) as answer,
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        parts = answer.aiter_raw()
        came = await anext(parts)
        assert (came.strip(), ran()) == (b"", [])
        await decide(person, yes=yes, rationale="not today")
        came += b"".join([part async for part in parts])
    message = json.loads(came)
    told = message["result"]["content"][0]["text"]
    assert message["id"] == 2
    assert (ran(), told.startswith("sent: ["), "not today" in told) == ([("send", to)] if yes else [], yes, not yes)
    assert gate.secret not in came.decode()


async def test_a_client_that_reads_no_streams_waits_as_ever(gate: Gate, tokens: dict[str, str], person: Person) -> None:
    """Here the request itself is held; so it is with plain HTTP."""
    headers = {"authorization": f"Bearer {tokens['ada']}"}
    async with httpx.AsyncClient(base_url=gate.url, timeout=30, headers=headers) as client:
        for yes, status in ((True, 200), (False, 451)):
            asking = asyncio.create_task(client.post("/c/shop/orders", json={"note": "a refund"}))
            await decide(person, yes=yes, rationale="checked")
            answer = await asking
            assert answer.status_code == status
            assert (answer.json().get("order") == 7) is yes
    assert "Denied by" in answer.json()["error"]["message"]
