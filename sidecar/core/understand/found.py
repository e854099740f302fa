"""What was found in code of another language, gathered piece by piece."""

from dataclasses import dataclass, field

from sidecar.core.model.effect import Deed, Effect, Object, Thing
from sidecar.core.understand import paths


@dataclass(frozen=True, slots=True)
class Found:
    """`scripts`: shell text; `calls`: words of a command, with a hole where one is computed; `statements`: SQL."""

    deeds: tuple[Deed, ...] = ()
    scripts: tuple[str, ...] = ()
    calls: tuple[tuple[str, ...], ...] = ()
    statements: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(slots=True)
class Collected:
    deeds: list[Deed] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    calls: list[tuple[str, ...]] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def done(self) -> Found:
        return Found(
            tuple(dict.fromkeys(self.deeds)),
            tuple(self.scripts),
            tuple(self.calls),
            tuple(self.statements),
            tuple(dict.fromkeys(self.unread)),
        )

    def does(self, effect: Effect, why: str, *things: Object) -> None:
        self.deeds.append(Deed(effect, why, things))

    def literal(self, value: str) -> None:
        """A text that stands in the code and names a secret is about to be read."""
        if len(value) < 200 and "\n" not in value and ("/" in value or "." in value) and paths.is_secret(value):
            self.does(Effect.READS_SECRET, f"names {value}", Object(Thing.PATH, value))
