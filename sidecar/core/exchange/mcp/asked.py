"""What judging a server's answer needs to know of the message that it answers."""

from dataclasses import dataclass, field

from sidecar.core.exchange.mcp.pins import Pins, Shop
from sidecar.core.wire.mcp.message import Id


@dataclass(frozen=True, slots=True)
class Asked:
    """`tool`: whose result this will be, as rules know it; nothing where nobody can know. `accepted`: changed tools
    that people let go with this request. `prefix`: what stands before a path of the server's here; `root`: what stands
    there in its place. `url`: where the request went."""

    pins: Pins = field(repr=False)
    shop: Shop
    key: bytes = field(repr=False)  # of the seal of session ids
    method: str | None = None
    id: Id | None = None
    tool: str | None = None
    accepted: frozenset[tuple[str, bytes]] = frozenset()
    prefix: str = ""
    root: str = ""
    url: str = ""

    def named(self, tool: str) -> str:
        return named(self.shop[0], tool)


def named(connection: str, tool: str) -> str:
    """How rules know a tool: as agents call it, so that one rule is about it wherever it is seen."""
    return f"mcp__{connection}__{tool}"
