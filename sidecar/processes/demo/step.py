"""A step of the tour: what is promised, what happened, and whether the promise was kept."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shown:
    """A line for the reader: who, and what was sent, received or got."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold. `says` names it in words that fit whether it holds or not."""

    says: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What a step saw. Without a check nothing was shown to hold."""

    shown: tuple[Shown, ...]
    checks: tuple[Check, ...]

    @property
    def kept(self) -> bool:
        return bool(self.checks) and all(check.kept for check in self.checks)


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """`name` is for scripts, `title` the promise. `run` is given the stage."""

    name: str
    title: str
    run: Callable[[T], Awaitable[Seen]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A step that was run. `number` counts from 1."""

    number: int
    name: str
    title: str
    seen: Seen
    seconds: float

    @property
    def kept(self) -> bool:
        return self.seen.kept

    def as_json(self) -> dict[str, object]:
        return {
            "number": self.number,
            "name": self.name,
            "title": self.title,
            "kept": self.kept,
            "seconds": round(self.seconds, 2),
            "shown": [{"label": one.label, "text": one.text} for one in self.seen.shown],
            "checks": [{"says": one.says, "kept": one.kept} for one in self.seen.checks],
        }
