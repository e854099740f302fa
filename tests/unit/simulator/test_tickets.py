"""The stand-in MCP server, asked by the protocol's own client."""

import httpx
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import TextContent

from sidecar.simulator.tickets import DROP_ALL, FIND, serving


async def test_its_tools_run_and_are_noted() -> None:
    with serving("A ticket.", "the key") as tickets:
        http = httpx2.AsyncClient(headers={"x-api-key": "the key"})
        async with http, Client(streamable_http_client(tickets.url, http_client=http), mode="legacy") as client:
            listed = await client.list_tools()
            found = await client.call_tool(FIND, {"words": "printer"})
            await client.call_tool(DROP_ALL, {})
        assert {tool.name for tool in listed.tools} == {FIND, DROP_ALL}
        assert isinstance(found.content[0], TextContent)
        assert found.content[0].text == "A ticket."
        assert tickets.ran == [(FIND, "printer"), (DROP_ALL, "")]


def test_nobody_comes_in_without_the_key() -> None:
    with serving("A ticket.", "the key") as tickets:
        for headers in ({}, {"x-api-key": "another"}):
            assert httpx.post(tickets.url, json={}, headers=headers, trust_env=False).status_code == 401
        assert tickets.ran == []
