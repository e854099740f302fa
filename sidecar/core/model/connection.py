"""An upstream that agents may reach, by name."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The protocol spoken on a connection."""

    CLAUDE = "claude"
    MCP = "mcp"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class Connection:
    """Name, kind and where it leads; never a credential. `path`: where else it answers than under `/c/<name>`."""

    name: str
    kind: Kind
    url: str
    path: str | None = None
