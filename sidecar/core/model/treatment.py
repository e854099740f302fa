"""What the strictest rule says about one match."""

from dataclasses import dataclass

from sidecar.core.model.action import Action, DenyAs, How
from sidecar.core.model.hold import Terms


@dataclass(frozen=True, slots=True)
class Treatment:
    """`label` becomes the placeholder's type; `how` is set when the action is `mask`, `terms` when it is
    `hold`."""

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
