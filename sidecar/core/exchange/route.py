"""Which connection a path leads to, and under which path the upstream knows it.

Rules: `/c/<name>/...` names a connection, and so does a path that was given to it; every other path belongs to the
first connection of kind `claude`. A connection's URL may carry a path of its own, which stands before.
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
    connection, inner = _found(path, connections)
    if connection is None:
        known = ", ".join(sorted(one.name for one in connections)) or "none"
        # The name is the client's text: it may hold anything, and this sentence is recorded.
        what = "No connection of this name" if path.startswith(NAMED) else "No connection of kind claude"
        raise Refused(404, Code.NOT_FOUND, f"{what} is configured at this gate. Configured: {known}.")
    base = urlsplit(connection.url).path.rstrip("/")
    if connection.kind is Kind.MCP and base and inner.partition("?")[0] == "/":
        # The server's one address, which it answers at without a slash behind it.
        return Route(connection, inner, base + inner[1:])
    return Route(connection, inner, base + inner)


def _found(path: str, connections: Sequence[Connection]) -> tuple[Connection | None, str]:
    """The connection, and the path behind what names it."""
    if path.startswith(NAMED):
        name, inner = _split(path.removeprefix(NAMED))
        return next((one for one in connections if one.name == name), None), inner
    for one in connections:
        if one.path is not None and path.startswith(one.path) and path[len(one.path) : len(one.path) + 1] in _ENDS:
            return one, _split(path[len(one.path) :])[1]
    return next((one for one in connections if one.kind is Kind.CLAUDE), None), path


_ENDS = ("", "/", "?")


def _split(rest: str) -> tuple[str, str]:
    """What stands before the first slash or question mark, and a path of what follows."""
    end = next((at for at, letter in enumerate(rest) if letter in "/?"), len(rest))
    inner = rest[end:]
    return rest[:end], inner if inner.startswith("/") else f"/{inner}"
