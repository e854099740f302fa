"""What there is to prove the record with: chains, anchors, keys, the last check, reports."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chain:
    """A life of a gate. `unsigned`: events after the last checkpoint."""

    name: str
    events: int
    missing: int
    unsigned: int
    checkpoints: int
    first: float
    last: float
    closed: bool


@dataclass(frozen=True, slots=True)
class Anchor:
    """`behind`: signed checkpoints that it does not have yet, nothing if that cannot be seen from here. `asked`: when,
    if it was asked over the network."""

    name: str
    lines: int | None
    newest: float | None
    behind: int | None
    trouble: str | None = None
    asked: float | None = None


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    since: str
    signs: bool


@dataclass(frozen=True, slots=True)
class Verification:
    """`share`: how far it is, from 0 to 1. `ended` is nothing while it runs."""

    begun: float
    by: str
    ended: float | None = None
    share: float = 0.0
    events: int = 0
    chains: int = 0
    unsigned: int = 0
    integrity: bool = False
    completeness: bool = False
    faults: Sequence[str] = ()
    left_out: int = 0
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class ReportLine:
    name: str
    title: str
    question: str
    controls: Sequence[str]


@dataclass(frozen=True, slots=True)
class Report:
    """`good`: nothing where rows are no matter of good or bad. `cells`: those of this page of so many, as a person
    reads them."""

    line: ReportLine
    columns: Sequence[str]
    cells: Sequence[Sequence[str]]
    page: int
    pages: int
    numbers: Sequence[bool]
    bars: Sequence[tuple[str, float]]
    bars_title: str
    says: str
    good: bool | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """`away`: why the database could not be asked for its chains."""

    chains: Sequence[Chain]
    anchors: Sequence[Anchor]
    keys: Sequence[Key]
    reports: Sequence[ReportLine]
    away: str | None = None


@dataclass(frozen=True, slots=True)
class Download:
    name: str
    media: str
    body: bytes
