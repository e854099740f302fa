"""The older transport: a stream, and messages to the address that it names. By the protocol's own client and server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from mcp import ClientSession
from mcp.client.sse import sse_client

from tests.servers.conftest import Gate

NOTE = {"jsonrpc": "2.0", "method": "notifications/initialized"}
MARK = "2001-01-01"  # a date that no other client says


@asynccontextmanager
async def opened(gate: Gate, token: str) -> AsyncIterator[tuple[ClientSession, list[str]]]:
    """A session, and the addresses of it that the client heard."""
    heard: list[str] = []
    headers = {"authorization": f"Bearer {token}"}
    async with (
        sse_client(f"{gate.url}/c/older/sse", headers, timeout=15, on_session_created=heard.append) as streams,
        ClientSession(*streams) as session,
    ):
        yield session, heard


async def test_a_client_works_as_ever(gate: Gate, tokens: dict[str, str]) -> None:
    async with opened(gate, tokens["ada"]) as (session, _):
        await session.initialize()
        assert "drop_all" not in [tool.name for tool in (await session.list_tools()).tools]
        result = await session.call_tool("find", {"query": f"with {gate.secret}"})
    assert result.content[0].text.startswith("Ticket of with [")  # type: ignore[union-attr]
    assert gate.secret not in result.model_dump_json()


@pytest.mark.parametrize("who", ["eve", "ada"])
async def test_nobody_else_speaks_in_a_session(gate: Gate, tokens: dict[str, str], who: str) -> None:
    """Eve knows the session's id and all of Ada's address; Ada herself was never told one without a seal."""
    async with opened(gate, tokens["ada"]) as (session, heard):
        await session.initialize()
        bare = f"{gate.url}/c/older/messages/?session_id={heard[0]}"
        headers = {"authorization": f"Bearer {tokens[who]}", "mcp-protocol-version": MARK}
        async with httpx.AsyncClient(headers=headers, timeout=15) as client:
            for address in (bare, f"{bare}&gatehouse_seal={'0' * 32}"):
                answer = await client.post(address, json=NOTE)
                assert answer.status_code == 404
                assert "belongs to somebody else" in answer.json()["error"]["message"]
        assert MARK not in [one.get("mcp-protocol-version") for one in gate.service.heads], "nothing reached the server"
        assert (await session.list_tools()).tools, "and the session goes on"
