"""Which policies have to read what passes: what nobody can read passes none of them, unless one lets it by name.

Strategy: a rule on texts that would do anything about what is sent (`prompt`) or answered (`response`) is a promise
that nothing of that kind passes. Behind an upgrade nobody could keep it.

Rule: what is in shadow changes nothing, here as everywhere.
"""

from collections.abc import Iterable, Sequence

from sidecar.core.model.action import Action
from sidecar.core.model.place import Place
from sidecar.core.policy.rule import Policy, Rule

PASSING = frozenset({Place.PROMPT, Place.RESPONSE})


def reads(rule: Rule) -> bool:
    """Whether this rule has to see what passes over plain HTTP."""
    return rule.on_text and rule.action > Action.ALLOW and not rule.shadow and bool(rule.where & PASSING)


def readers(policies: Sequence[Policy], awake: Iterable[Rule], upgrade: str) -> tuple[str, ...]:
    """The names of those that do not let this upgrade pass unread. `awake`: rules whose conditions hold."""
    reading = {rule.policy for rule in awake if reads(rule)}
    return tuple(one.name for one in policies if one.name in reading and upgrade not in one.upgrades)
