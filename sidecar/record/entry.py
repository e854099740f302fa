"""A fact on its way into the spool, and what a gate's chains have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sidecar.core.evidence.checkpoint import FOR_EVER, Keeping
from sidecar.record.keys import Keys


@dataclass(frozen=True, slots=True)
class Life:
    """What a chain's first event says of the gate, and what chains are made with."""

    keys: Keys
    gate: str
    version: str
    clock: Callable[[], float]
    new_chain: Callable[[], str]
    checkpoint_events: int
    anchors: tuple[str, ...] = ()
    keeping: Keeping = FOR_EVER


@dataclass(slots=True, eq=False)
class Entry:
    """One fact on its way to the disk, in canonical JSON."""

    kind: str
    at: float
    fact: bytes
    parts: Mapping[bytes, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.fact) + sum(map(len, self.parts.values())) if self.parts else len(self.fact)
