"""Which connection a path leads to."""

import pytest

from sidecar.core.errors import Refused
from sidecar.core.exchange.route import route
from sidecar.core.model.connection import Connection, Kind
from tests.unit.core.exchange.building import CLAUDE, KEY, SECOND, TICKETS

FILES = Connection("files", Kind.MCP, "http://files.internal", "/mcp/files")
ALL = (TICKETS, CLAUDE, SECOND, FILES)


@pytest.mark.parametrize(
    ("note", "path", "name", "inner", "upstream"),
    [
        ("the first of kind claude", "/v1/messages?x=y", "claude", "/v1/messages?x=y", "/v1/messages?x=y"),
        ("by name", "/c/claude/v1/messages", "claude", "/v1/messages", "/v1/messages"),
        ("with a path of its own", "/c/second/v1/models?a=b", "second", "/v1/models?a=b", "/base/v1/models?a=b"),
        ("of another kind", "/c/tickets/call", "tickets", "/call", "/mcp/call"),
        ("a server's one address", "/c/tickets", "tickets", "/", "/mcp"),
        ("a server's one address, with a slash", "/c/tickets/?x=y", "tickets", "/?x=y", "/mcp?x=y"),
        ("a query behind the name", "/c/tickets?x=y", "tickets", "/?x=y", "/mcp?x=y"),
        ("a path that was given to it", "/mcp/files", "files", "/", "/"),
        ("below that path", "/mcp/files/a?b", "files", "/a?b", "/a?b"),
        ("beside that path", "/mcp/filesystem", "claude", "/mcp/filesystem", "/mcp/filesystem"),
        ("a name alone", "/c/second", "second", "/", "/base/"),
        ("a name and nothing behind it", "/c/second/", "second", "/", "/base/"),
        ("a path that only begins so", "/cc/second/x", "claude", "/cc/second/x", "/cc/second/x"),
    ],
)  # fmt: skip
def test_routes(note: str, path: str, name: str, inner: str, upstream: str) -> None:
    found = route(path, ALL)
    assert (found.connection.name, found.path, found.upstream_path) == (name, inner, upstream)


@pytest.mark.parametrize(
    ("path", "connections"),
    [("/c//v1/messages", ALL), (f"/c/{KEY}/v1/messages", ALL), ("/c/second!x/y", ALL), ("/v1/messages", (TICKETS,))],
)
def test_a_refusal_names_what_exists_and_repeats_nothing(path: str, connections: tuple[object, ...]) -> None:
    with pytest.raises(Refused) as caught:
        route(path, connections)
    assert caught.value.status == 404
    assert "tickets" in caught.value.message
    assert KEY not in caught.value.message
