"""Which connection a path leads to, and under which path the upstream knows it.

Rules: `/c/<name>/...` names a connection; every other path belongs to the first connection of kind `claude`. A
connection's URL may carry a path of its own, which stands before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sidecar.core.errors import Code, Refused
from sidecar.core.model.connection import Connection, Kind

NAMED = "/c/"


@dataclass(frozen=True, slots=True)
class Route:
    """`path` is what the protocol sees (`/v1/messages?beta=true`), `upstream_path` what goes on the wire."""

    connection: Connection
    path: str
    upstream_path: str


def route(path: str, connections: Sequence[Connection]) -> Route:
    """The route of a path, or a refusal that names what exists."""
    if path.startswith(NAMED):
        name, slash, rest = path.removeprefix(NAMED).partition("/")
        connection = next((one for one in connections if one.name == name), None)
        inner = slash + rest if slash else "/"
    else:
        connection = next((one for one in connections if one.kind is Kind.CLAUDE), None)
        inner = path
    if connection is None:
        known = ", ".join(sorted(one.name for one in connections)) or "none"
        # The name is the client's text: it may hold anything, and this sentence is recorded.
        what = "No connection of this name" if path.startswith(NAMED) else "No connection of kind claude"
        raise Refused(404, Code.NOT_FOUND, f"{what} is configured at this gate. Configured: {known}.")
    return Route(connection, inner, urlsplit(connection.url).path.rstrip("/") + inner)
