"""What a person says about pins: this is the tool now, or see it as if for the first time."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """`ACCEPT`: the definition that was withheld, and it alone, is the tool from now on."""

    ACCEPT = "accept"
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Wish:
    """Nothing named: all of them. `caller`: a subject, whoever vouched for it."""

    act: Act
    connection: str
    caller: str | None = None
    tool: str | None = None

    def about(self, shop: tuple[str, str]) -> bool:
        return shop[0] == self.connection and self.caller in (None, shop[1].partition("\n")[2])

    def names(self, known: Iterable[str]) -> list[str]:
        """Which of these tools; people may leave out what stands before a tool's own name."""
        if self.tool is None:
            return list(known)
        return [name for name in known if name in (self.tool, f"mcp__{self.connection}__{self.tool}")]
