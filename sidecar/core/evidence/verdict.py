"""What a check of the record found: faults by name and place, and two verdicts over them.

Rules:
- Integrity says that nothing was changed, completeness that nothing is missing. Each can hold without the other.
- A fault names what is the matter, the chain, and the event if it is about one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sidecar.core.evidence.expiry import Expired
from sidecar.core.evidence.gaps import Gap


class Trouble(StrEnum):
    """What can be the matter with a record."""

    CHANGED = "changed"
    INSERTED = "inserted"
    DUPLICATED = "duplicated"
    REORDERED = "reordered"
    REWRITTEN = "rewritten history"
    UNKNOWN_KEY = "unknown key"
    BAD_SIGNATURE = "bad signature"
    PART_CHANGED = "part changed"
    MISSING = "missing"
    TRUNCATED = "truncated tail"
    LINK_BROKEN = "chain link broken"
    NOT_ANCHORED = "checkpoint absent from its anchor"
    PART_MISSING = "part missing"


OF_COMPLETENESS = frozenset(
    (Trouble.MISSING, Trouble.TRUNCATED, Trouble.LINK_BROKEN, Trouble.NOT_ANCHORED, Trouble.PART_MISSING)
)
# A rewritten database would fill memory with faults of one kind; whoever sees a thousand knows enough.
MOST_FAULTS = 1_000


@dataclass(frozen=True, slots=True)
class Fault:
    """`seq` is nothing where it is about a whole chain or a part."""

    trouble: Trouble
    chain: str
    seq: int | None
    message: str

    def __str__(self) -> str:
        place = f"{self.chain}/{self.seq}" if self.seq is not None else self.chain
        return f"{self.trouble.value}: {place}: {self.message}"


@dataclass(slots=True)
class Faults:
    """Collects them, the first thousand in full."""

    found: list[Fault] = field(default_factory=list)
    left_out: int = 0
    integrity: bool = True
    completeness: bool = True
    gaps: dict[str, Gap] = field(default_factory=dict)

    def passed(self, gap: Gap | None) -> None:
        """No fault: a policy let calls pass that a full record could not take, and the record says so."""
        if gap is not None:
            known = self.gaps.setdefault(gap.name, gap)
            self.gaps[gap.name] = max(known, gap, key=lambda one: (one.closed, one.total))

    def add(self, trouble: Trouble, chain: str, seq: int | None, message: str) -> None:
        if trouble in OF_COMPLETENESS:
            self.completeness = False
        else:
            self.integrity = False
        if len(self.found) < MOST_FAULTS:
            self.found.append(Fault(trouble, chain, seq, message))
        else:
            self.left_out += 1


@dataclass(frozen=True, slots=True)
class Tail:
    """The last event of a chain, as the first event of the next one names it."""

    chain: str
    seq: int
    hash: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """What is left of a chain once all its events went by. `checkpoints`: the line of each by its count.

    `holes`: from and to of what is not there. `anchors`: those that the gate had, if its first event says so.
    """

    chain: str
    first: int
    last: int
    last_hash: bytes
    events: int
    before: Tail | None
    checkpoints: Mapping[int, bytes]
    covered: int
    holes: tuple[tuple[int, int], ...] = ()
    anchors: frozenset[str] | None = None

    def lacks(self, seq: int) -> bool:
        return any(first <= seq <= last for first, last in self.holes)

    @property
    def uncovered(self) -> int:
        """Events at its end that no checkpoint states; a checkpoint itself needs none to be believed."""
        return max(0, self.last - self.covered - 1) if self.covered else self.last


@dataclass(frozen=True, slots=True)
class Verdict:
    """`uncovered`: events at the ends of chains that rest on no signature yet. `gaps`: when calls passed unrecorded."""

    integrity: bool
    completeness: bool
    faults: tuple[Fault, ...]
    left_out: int
    chains: tuple[Summary, ...]
    gaps: tuple[Gap, ...] = ()
    expired: Expired | None = None
    texts_expired: Expired | None = None

    @property
    def green(self) -> bool:
        return self.integrity and self.completeness

    @property
    def events(self) -> int:
        return sum(chain.events for chain in self.chains)

    @property
    def uncovered(self) -> int:
        return sum(chain.uncovered for chain in self.chains)
