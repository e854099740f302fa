"""WebSockets in a small world: a connection that takes them, a client that asks, a server that grants."""

from sidecar.core.exchange.events import ResponseStarted
from sidecar.core.exchange.gate import Gate
from sidecar.core.model.connection import Connection, Kind
from sidecar.core.model.http import Headers, ResponseHead
from tests.unit.core.exchange.building import Call, gate
from tests.unit.core.wire.plain.test_websocket import ASKS, GRANTS

LIVE = Connection("live", Kind.HTTP, "http://live.internal", upgrades=("websocket",), upgrade_timeout=60.0)
HEAD = "paths: ['GET /feed']\nupgrades: [websocket]"
OPENS = ResponseStarted(ResponseHead(101, GRANTS), 1000.0)


def taking(rules: str = "", head: str = HEAD) -> Gate:
    world = gate(rules, head)
    world.connections = (*world.connections, LIVE)
    return world


def asking(world: Gate, path: str = "/c/live/feed", *more: tuple[str, str], method: str = "GET") -> Call:
    """Up to what was decided and recorded."""
    headers: Headers = (("connection", "Upgrade"), *ASKS, *more)
    return Call(world).ask(path=path, method=method, headers=headers, upgrade="websocket").recorded()


def opened(world: Gate) -> Call:
    made = asking(world)
    made.tell(OPENS)
    return made
