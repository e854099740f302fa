"""What the readers of statements hand to each other: deeds without a place in the text yet, and texts to read next."""

from dataclasses import dataclass, field

from sidecar.core.model.effect import Deed, Effect, Object, Thing
from sidecar.core.understand.sql.token import Tokens


@dataclass(frozen=True, slots=True)
class Inner:
    """A text that is itself SQL. `at`: where it stands in the text around it, -1 if it does not stand there letter by
    letter. `maybe`: it is read only if it looks like a statement."""

    text: str
    at: int = -1
    maybe: bool = False


@dataclass(slots=True)
class Found:
    """What one statement does.

    `tails`: parts of it that are statements themselves.
    `computed`: what is only known when it runs; `unread`: what could not be parsed.
    `prepared`: names of statements that this text prepared and that were read there; all statements share them.
    """

    deeds: list[Deed] = field(default_factory=list)
    inner: list[Inner] = field(default_factory=list)
    tails: list[Tokens] = field(default_factory=list)
    computed: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    prepared: set[str] = field(default_factory=set)

    def add(self, effect: Effect, why: str, *objects: Object) -> None:
        self.deeds.append(Deed(effect, why, objects))

    def compute(self, why: str) -> None:
        self.add(Effect.UNKNOWN, why)
        self.computed.append(why)


def table(name: str) -> tuple[Object, ...]:
    return (Object(Thing.TABLE, name),) if name else ()
