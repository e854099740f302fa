"""What the strictest rule says about one match."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sidecar.core.model.action import Action, DenyAs, How, NumberAs
from sidecar.core.model.hold import Terms


@dataclass(frozen=True, slots=True)
class Treatment:
    """`label` becomes the placeholder's type; `how` is set when the action is `mask`, `terms` when it is `hold`.
    `returns_to`: connections that get the value back besides the one that gave it, with * for any characters."""

    action: Action
    rule: str
    policy: str
    label: str
    how: How | None = None
    say: str | None = None
    deny_as: DenyAs = DenyAs.ERROR
    terms: Terms | None = None
    instead: str | None = None
    quarantine: bool = False
    returns_to: frozenset[str] = frozenset()
    numbers: NumberAs = NumberAs.TEXT


def in_agreement(winner: Treatment, several: Iterable[Treatment]) -> Treatment:
    """The winner, whose value returns only to whom each of those that mask as it does lets it."""
    alike = [one.returns_to for one in several if (one.action, one.how) == (winner.action, winner.how)]
    agreed = frozenset.intersection(winner.returns_to, *alike)
    return winner if agreed == winner.returns_to else replace(winner, returns_to=agreed)
