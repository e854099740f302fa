"""A pasted request, and what the policies would make of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidecar.control.web.questions.sessions import Kept


@dataclass(frozen=True, slots=True)
class Asker:
    subject: str
    groups: Sequence[str]
    connection: str
    path: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What a rule came to on a pasted request."""

    policy: str
    rule: str
    does: str
    shadow: bool
    idle: str | None
    applies: bool
    found: Sequence[Kept]


@dataclass(frozen=True, slots=True)
class Explained:
    verdict: str
    policy: str | None
    rule: str | None
    because: str
    passes: str
    facts: str
    lines: Sequence[RuleLine]
    placeholders: Mapping[str, str]
