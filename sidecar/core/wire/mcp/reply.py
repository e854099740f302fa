"""What the gate itself says on an MCP connection: refusals that a client can show, and go on.

Strategy: a call of a tool that may not run gets a result with `isError`, which the model reads and answers by another
way; any other request gets a JSON-RPC error. Both with status 200: older clients drop the body of any other status.

Rules:
- The error code is -32030: free in every revision, and none that a client acts on by itself (-32001 is a timeout).
- 404 is kept for sessions that do not exist, on which a client opens a new one.
"""

import json

from sidecar.core.errors import Refused
from sidecar.core.model.http import Headers
from sidecar.core.wire.mcp.message import CALL, Id
from sidecar.core.wire.sse import SseEvent, event_bytes, with_data

POLICY = -32030
# What a caller is told of an answer to his request; everything else keeps its status.
_ABOUT_THE_REQUEST = frozenset({400, 403, 408, 413, 451})


def error(id: Id | None, message: str, rule: str | None, exchange: str) -> bytes:
    """A JSON-RPC error."""
    data = {"exchange": exchange} | ({"rule": rule} if rule else {})
    return _json({"jsonrpc": "2.0", "id": id, "error": {"code": POLICY, "message": message, "data": data}})


def tool_error(id: Id, message: str) -> bytes:
    """The result of a call that did not run. `resultType`: required since revision 2026-07-28, ignored before."""
    result = {"content": [{"type": "text", "text": message}], "isError": True, "resultType": "complete"}
    return _json({"jsonrpc": "2.0", "id": id, "result": result})


def refusal(refused: Refused, method: str | None, id: Id | None, exchange: str) -> bytes:
    """The message that answers a request."""
    if method == CALL and id is not None:
        return tool_error(id, refused.message)
    return error(id, refused.message, refused.rule, exchange)


def response(refused: Refused, method: str | None, id: Id | None, exchange: str) -> tuple[int, Headers, bytes]:
    """Status, headers and body."""
    body = refusal(refused, method, id, exchange)
    headers = {"content-type": "application/json", "content-length": str(len(body)), "x-gatehouse-exchange": exchange}
    if refused.rule is not None:
        headers["x-gatehouse-rule"] = refused.rule
    headers |= {name.lower(): value for name, value in refused.headers.items() if name != "x-should-retry"}
    told = id is not None and refused.status in _ABOUT_THE_REQUEST
    return (200 if told else refused.status), tuple(headers.items()), body


def event(message: bytes) -> bytes:
    """A message in a stream."""
    return event_bytes("message", message)


def event_of(body: bytes) -> bytes:
    """A message that came as a body, of one line or of many, in a stream."""
    return with_data(SseEvent(event_bytes("message", b""), "message"), body)


def progress(token: Id, share: float, message: str) -> bytes:
    """How far the request with this token has come."""
    params = {"progressToken": token, "progress": share, "message": message}
    return _json({"jsonrpc": "2.0", "method": "notifications/progress", "params": params})


def notice(message: str) -> bytes:
    """A log line for the client, where nothing else can be said."""
    params = {"level": "warning", "logger": "gatehouse", "data": message}
    return _json({"jsonrpc": "2.0", "method": "notifications/message", "params": params})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()
