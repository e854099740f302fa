"""A real MCP server whose tools a test can change, and a small HTTP service beside it."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from mcp.server.mcpserver import Context, MCPServer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.websockets import WebSocket

GUARDED = "/guarded"  # under this path the server wants a token that counts
OLDER = "/older"  # under this one it speaks the older transport
ECHO = frozenset({"/echo", "/held", "/forbidden"})  # here it opens WebSockets


@dataclass
class Service:
    """`ran`: every call that reached it. `heads`: of every HTTP request."""

    port: int
    mcp: MCPServer
    ran: list[tuple[str, object]] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    holder: Callable[[str], str | None] = lambda _: None  # whose token stands in `authorization`
    served: list[str] = field(default_factory=list)  # for whom, behind /guarded
    pages: dict[str, object] = field(default_factory=dict)  # documents that anybody may read

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def _server(secret: str) -> Service:
    mcp = MCPServer("tickets", instructions="Tickets of the company.")
    service = Service(0, mcp)

    @mcp.tool(description="Finds a ticket.")
    def find(query: str) -> str:
        service.ran.append(("find", query))
        return f"Ticket of {query}: the key is {secret}."

    @mcp.tool(description="Deletes all tickets.")
    def drop_all() -> str:
        service.ran.append(("drop_all", None))
        return "gone"

    @mcp.tool(description="Counts slowly.")
    async def count(ctx: Context) -> str:  # type: ignore[type-arg]
        for number in range(3):
            await ctx.report_progress(number, 3, f"at {number}, {secret}")
        return "counted"

    @mcp.tool(description="Sends mail, and says how far it is.")
    async def send(to: str, ctx: Context) -> str:  # type: ignore[type-arg]
        service.ran.append(("send", to))
        await ctx.report_progress(1, 2, f"half, {secret}")
        return f"sent to {to}: {secret}"

    @mcp.tool(description="Asks the person.")
    async def ask(ctx: Context) -> str:  # type: ignore[type-arg]
        from pydantic import BaseModel

        class Name(BaseModel):
            name: str

        said = await ctx.elicit(f"Who are you? ({secret})", Name)
        return f"hello {said.data.name}" if said.action == "accept" and said.data else said.action

    @mcp.resource("ticket://1")
    def first() -> str:
        return f"The first ticket. {secret}"

    @mcp.custom_route("/orders", methods=["GET", "POST", "DELETE"])
    async def orders(request: Request) -> Response:
        service.bodies.append(await request.body())
        return JSONResponse({"order": 7, "key": secret})

    @mcp.custom_route("/headers", methods=["GET", "HEAD"])
    async def headers(request: Request) -> Response:
        """Headers that a test names, each with the secret."""
        answer = JSONResponse({})
        for name in request.query_params.getlist("name"):
            answer.headers.append(name, f"a={secret}; b=%41")
        answer.headers.append("set-cookie", "last=1")
        return answer

    @mcp.custom_route("/json/mcp", methods=["POST"])
    async def json_alone(request: Request) -> Response:
        """A server of one tool that answers in JSON, or streams though nobody asked for that."""
        said = await request.json()
        service.ran.append((said["params"]["name"], said["params"]["arguments"]["to"]))
        content = [{"type": "text", "text": f"sent: {secret}"}]
        answer = {"jsonrpc": "2.0", "id": said["id"], "result": {"content": content}}
        if said["params"]["arguments"]["to"] != "stream":
            return JSONResponse(answer)
        note = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "half"}}
        text = "".join(f"data: {json.dumps(one)}\n\n" for one in (note, answer))
        return Response(text, media_type="text/event-stream")

    return service


@contextmanager
def serving(secret: str) -> Iterator[Service]:
    """In a thread of its own, on a free port."""
    service = _server(secret)
    app = service.mcp.streamable_http_app()
    older = Starlette(routes=[Mount(OLDER, service.mcp.sse_app())])
    refused = JSONResponse({"error": "invalid_token"}, 401, {"www-authenticate": "Bearer"})

    async def echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
        socket = WebSocket(scope, receive, send)
        if scope["path"] not in ECHO:
            await socket.send_denial_response(JSONResponse({"key": secret}, 404))
            return
        service.heads.append(dict(socket.headers.items()))
        await socket.accept()
        async for text in socket.iter_text():
            await socket.send_text(f"{text}, {secret}")

    async def noting(scope: dict[str, object], receive: object, send: object) -> None:
        if scope["type"] == "http":
            pairs: list[tuple[bytes, bytes]] = scope["headers"]  # type: ignore[assignment]
            service.heads.append({name.decode(): value.decode("latin-1") for name, value in pairs})
            service.methods.append(str(scope["method"]))
            if scope["path"] in service.pages:
                await JSONResponse(service.pages[str(scope["path"])])(scope, receive, send)  # type: ignore[arg-type]
                return
            if str(scope["path"]).startswith(GUARDED):
                holder = service.holder(service.heads[-1].get("authorization", ""))
                if holder is None:
                    await refused(scope, receive, send)  # type: ignore[arg-type]
                    return
                service.served.append(holder)
                scope["path"] = str(scope["path"]).removeprefix(GUARDED)
                scope["raw_path"] = str(scope["path"]).encode()
        if scope["type"] == "websocket":
            await echo(scope, receive, send)
            return
        one = older if str(scope.get("path", "")).startswith(OLDER) else app
        await one(scope, receive, send)  # type: ignore[arg-type]

    with socket.create_server(("127.0.0.1", 0)) as taken:
        service.port = taken.getsockname()[1]
        config = uvicorn.Config(noting, log_level="error", lifespan="on", timeout_graceful_shutdown=1)  # type: ignore[arg-type]
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([taken])), daemon=True)
        thread.start()
        yield service
        server.should_exit = True
        thread.join(10)
