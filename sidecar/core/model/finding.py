"""What was found and what was done about it, in words that may be stored and shown."""

from dataclasses import dataclass

from sidecar.core.model.action import Action, DenyAs, How
from sidecar.core.model.hold import Terms
from sidecar.core.model.place import Place


@dataclass(frozen=True, slots=True)
class Finding:
    """Never the value: the detector, the rule, the place (a path such as `messages[2].content[0].text`), and, where it
    was masked, the placeholder that stands there now."""

    rule: str
    detector: str
    place: Place
    path: str
    action: Action
    how: How | None = None
    placeholder: str | None = None
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The strictest of what the rules said. `rule`, `policy` and `say` belong to the rule that won; `terms` too, if it
    holds. Of a tool call: `instead` tells the agent what to do otherwise, `quarantine` stops its session."""

    action: Action
    rule: str | None = None
    policy: str | None = None
    say: str | None = None
    deny_as: DenyAs = DenyAs.ERROR
    terms: Terms | None = None
    instead: str | None = None
    quarantine: bool = False
