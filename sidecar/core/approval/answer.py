"""What came of a question: the end of a ticket as the one who asked sees it."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """`unavailable`: nobody could be asked. `waiting`: nobody has decided yet, and the one who asked comes again; the
    ticket stays open. Only `approved` lets the call go."""

    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    UNAVAILABLE = "unavailable"
    TOO_MANY = "too_many"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Decider:
    """A person who decided. `at`: Unix seconds. `for_session`: it is meant for the same rule in the same session."""

    subject: str
    provider: str
    yes: bool
    rationale: str | None
    at: float
    for_session: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """`ticket` is nothing where none was opened. `reused`: an earlier yes for the same rule and session stood."""

    outcome: Outcome
    ticket: str | None = None
    deciders: tuple[Decider, ...] = ()
    reused: bool = False
    message: str | None = None  # a sentence for the client, where the outcome does not speak for itself
