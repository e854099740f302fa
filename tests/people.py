"""People, what is asked of them, and a trail that tests can read."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sidecar.control.person import Person, Role
from sidecar.core.approval.asked import Asked, Excerpt, Mark, What
from sidecar.core.errors import RecordingFailed
from sidecar.core.model.hold import Terms

REVIEWS = frozenset({Role.REVIEWER})
SRE = frozenset({"sre"})
ANN = Person("ann", "company", SRE, REVIEWS)
BEN = Person("ben", "company", SRE, REVIEWS)
DEV = Person("dev", "company", SRE, REVIEWS)  # whose agent asks

ASKED = Asked(
    id="ask_1",
    fingerprint="print_1",
    session_key="key_1",
    what=What.TOOL_CALL,
    gate="gate-1",
    exchange="gx_1",
    connection="claude",
    subject="dev",
    provider="company",
    groups=("engineering",),
    session="s1",
    agent="agent-1",
    model="claude-x",
    tool="Bash",
    rule="destructive",
    policy="engineering",
    policy_digest="digest",
    why="It destroys data.",
    terms=Terms(("sre",), timeout=600.0),
    at=5.0,
    content=(Excerpt("Tool Bash", "rm -rf /srv \x00 <b>\u202e", (Mark(0, 6, "destructive"),)),),
    before=(Excerpt("Prompt", "clean up"),),
)


def asked(number: int = 1, **changes: Any) -> Asked:
    """Another question about another call for each number."""
    return replace(ASKED, **{"id": f"ask_{number}", "fingerprint": f"print_{number}", **changes})


@dataclass
class Kept:
    """A trail in memory; `broken`: it can record nothing."""

    facts: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)
    broken: bool = False

    async def record(self, kind: str, fact: Mapping[str, object]) -> None:
        if self.broken:
            raise RecordingFailed("the disk is full")
        self.facts.append((kind, fact))


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now
