"""Figures of a time that the pages show: calls, money, waits, and what rules did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

VERDICTS = ("allow", "mask", "hold", "deny")


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` up to `until`, in pieces of `step` seconds."""

    begin: float
    until: float
    step: float

    @property
    def moments(self) -> Sequence[float]:
        """Where each piece begins."""
        return [self.begin + number * self.step for number in range(round((self.until - self.begin) / self.step))]


@dataclass(frozen=True, slots=True)
class Counted:
    name: str
    count: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Holds:
    """`seconds`: how long people took, median and nine in ten; nothing if nobody decided."""

    asked: int = 0
    approved: int = 0
    denied: int = 0
    expired: int = 0
    median: float | None = None
    slow: float | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """Rows by name, with one number for each piece of the span. `before`: calls in the span before this one."""

    span: Span
    verdicts: Mapping[str, Sequence[float]]
    spend: Mapping[str, Sequence[float]]
    latency: Mapping[str, Sequence[float | None]]
    masked: Sequence[Counted]
    rules: Sequence[Counted]
    callers: Sequence[Counted]
    holds: Holds
    hold_counts: Sequence[float]
    hold_seconds: Sequence[float | None]
    percentiles: Mapping[str, float]
    people: int = 0
    tokens: int = 0
    before: int = 0

    @property
    def calls(self) -> int:
        return round(sum(sum(row) for row in self.verdicts.values()))

    @property
    def cost(self) -> float:
        return sum(sum(row) for row in self.spend.values())

    def of(self, verdict: str) -> int:
        return round(sum(self.verdicts.get(verdict, ())))


@dataclass(frozen=True, slots=True)
class RuleHits:
    """`near`: what a rule in shadow would have done. One number for each piece of the span."""

    rule: str
    hits: Sequence[float]
    near: Sequence[float]
    detectors: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class InForce:
    """A set of policies, by its digest."""

    digest: str
    policies: Sequence[str]
    since: float | None
    calls: int
    last: float | None


@dataclass(frozen=True, slots=True)
class Policies:
    span: Span
    in_force: Sequence[InForce]
    rules: Sequence[RuleHits]
    refused: Sequence[str] = ()
