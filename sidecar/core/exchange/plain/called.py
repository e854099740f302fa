"""A request over plain HTTP as rules on tool calls see it."""

from urllib.parse import urlsplit

from sidecar.core.exchange.outcome import Arrived
from sidecar.core.exchange.route import Route
from sidecar.core.model.effect import Understood
from sidecar.core.policy.facts import ToolCall
from sidecar.core.understand.web import address

NAMED = "http__"


def as_call(way: Route, arrived: Arrived) -> tuple[ToolCall, Understood]:
    """Its name is the connection's; what it does follows from the server's own address, method and body. Who leaves
    HTTP may send anything."""
    server = urlsplit(way.connection.url)
    url = f"{server.scheme}://{server.netloc}{way.upstream_path}"
    read = address(url, arrived.head.method, body=bool(arrived.body or arrived.upgrade))
    return ToolCall(f"{NAMED}{way.connection.name}", read.effects, runs=False), read
