"""How a refusal reads: in the words of whatever is spoken on the connection.

Rules: where nobody knows which connection is meant, in those of the provider.
"""

from collections.abc import Callable, Mapping, Sequence

from sidecar.core.errors import Refused
from sidecar.core.exchange.route import route
from sidecar.core.model.connection import Connection, Kind
from sidecar.core.model.http import Headers, RequestHead
from sidecar.core.wire.claude.errors import error_response
from sidecar.core.wire.mcp import reply as mcp
from sidecar.core.wire.mcp.message import Message
from sidecar.core.wire.plain import reply as plain

Shape = Callable[[Refused, str], tuple[int, Headers, bytes]]


def shape_of(head: RequestHead, connections: Sequence[Connection]) -> Shape:
    """Before anything of the request was read."""
    try:
        return SHAPES[route(head.path, connections).connection.kind]
    except Refused:
        return error_response


def about(message: Message) -> Shape:
    """For a message of MCP."""
    return lambda refused, exchange: mcp.response(refused, message.method, message.id, exchange)


def _unread(refused: Refused, exchange: str) -> tuple[int, Headers, bytes]:
    return mcp.response(refused, None, None, exchange)


SHAPES: Mapping[Kind, Shape] = {Kind.CLAUDE: error_response, Kind.MCP: _unread, Kind.HTTP: plain.response}
