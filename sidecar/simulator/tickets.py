"""A stand-in MCP server: two tools over made-up tickets.

Rules:
- It wants its own key in every call: who comes without it is turned away.
- It notes what ran, so that whoever looks on can tell what reached it and what did not.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from mcp.server.lowlevel import Server
from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, TextContent, Tool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from sidecar.simulator.served import Served, bound, url_of

NAME = "ticket server"
FIND, DROP_ALL = "find", "drop_all"
WORDS = {"type": "object", "properties": {"words": {"type": "string"}}, "required": ["words"]}
TOOLS = (
    Tool(name=FIND, description="Finds tickets that hold these words.", input_schema=WORDS),
    Tool(name=DROP_ALL, description="Deletes every ticket.", input_schema={"type": "object"}),
)


@dataclass(slots=True)
class Tickets:
    """`ran`: the calls of tools that reached it."""

    url: str
    ran: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def serving(text: str, key: str) -> Iterator[Tickets]:
    """`text` is what every ticket says."""
    listening = bound(NAME, "127.0.0.1", 0)
    tickets = Tickets(f"{url_of(listening)}/mcp")
    app = _guarded(_tools(tickets, text).streamable_http_app(), key)
    with Served(NAME, listening, app, lifespan="on"):
        yield tickets


def _tools(tickets: Tickets, text: str) -> Server[dict[str, Any]]:
    async def listed(*_: object) -> ListToolsResult:
        return ListToolsResult(tools=list(TOOLS))

    async def called(_: object, asked: CallToolRequestParams) -> CallToolResult:
        tickets.ran.append((asked.name, str((asked.arguments or {}).get("words", ""))))
        said = text if asked.name == FIND else "All tickets are gone."
        return CallToolResult(content=[TextContent(type="text", text=said)])

    return Server("tickets", instructions="The tickets of the company.", on_list_tools=listed, on_call_tool=called)


def _guarded(app: ASGIApp, key: str) -> ASGIApp:
    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and Headers(scope=scope).get("x-api-key") != key:
            await PlainTextResponse("This server wants its key.", 401)(scope, receive, send)
        else:
            await app(scope, receive, send)

    return answering
