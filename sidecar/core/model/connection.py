"""An upstream that agents may reach, by name."""

from dataclasses import dataclass
from enum import StrEnum

# Seconds for which a WebSocket may stay open, unless its connection says otherwise.
UPGRADE_TIMEOUT = 3600.0


class Kind(StrEnum):
    """The protocol spoken on a connection."""

    CLAUDE = "claude"
    MCP = "mcp"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class Connection:
    """Name, kind and where it leads; never a credential. `path`: where else it answers than under `/c/<name>`.
    `upgrades`: what a request may leave HTTP for, and `upgrade_timeout` for how many seconds."""

    name: str
    kind: Kind
    url: str
    path: str | None = None
    upgrades: tuple[str, ...] = ()
    upgrade_timeout: float = UPGRADE_TIMEOUT
