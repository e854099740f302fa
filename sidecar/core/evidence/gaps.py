"""Calls that passed unrecorded while the record was full, as the record itself tells of them.

Rules:
- A gap is told of several times: opened before its first call, counted while it lasts, closed. The last word counts.
- One that was never closed has a number that nobody knows: it is said, never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

KINDS = frozenset(("gap_opened", "gap"))


@dataclass(frozen=True, slots=True)
class Gap:
    """`calls`: how many, by connection. `policies`: those that let them pass."""

    name: str
    first: str
    last: str | None
    calls: Mapping[str, int]
    policies: tuple[str, ...]
    closed: bool

    @property
    def total(self) -> int:
        return sum(self.calls.values())

    def __str__(self) -> str:
        by = ", ".join(f"{connection}: {count:,}" for connection, count in sorted(self.calls.items()))
        counted = f" ({by})" if by else ""
        many = "policy" if len(self.policies) == 1 else "policies"
        allowed = f"as {many} {', '.join(self.policies)} allowed while the record was full"
        if self.closed:
            return f"{self.total:,} calls passed unrecorded between {self.first} and {self.last}{counted}, {allowed}"
        known = f"at least {self.total:,}" if self.total else "an unknown number of"
        return f"{known} calls passed unrecorded from {self.first} on{counted}, {allowed}; their end is not recorded"


def gap_of(fact: Mapping[str, object]) -> Gap | None:
    """Of an event of one of the kinds; nothing if it does not have their shape."""
    match fact:
        case {"gap": str(name), "from": str(first), "policies": [*policies]}:
            calls = fact.get("calls")
            counted = {str(k): v for k, v in calls.items() if isinstance(v, int)} if isinstance(calls, dict) else {}
            last = fact.get("to")
            closed = fact.get("closed") is True
            named = tuple(str(policy) for policy in policies)
            return Gap(name, first, last if isinstance(last, str) else None, counted, named, closed)
    return None
