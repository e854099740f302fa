"""A call judged without a gate, and why it came out that way: for the command line and for the console.

Rule: shows detectors, places and placeholders; what was found itself is never shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidecar.core.exchange.fact import WITHHELD
from sidecar.core.policy.book import Book
from sidecar.core.policy.explain import Explanation, Line, Witness, explain, overheard
from sidecar.core.policy.facts import Found, RequestFacts
from sidecar.processes.rehearsal import Call, Outcome, rehearsed


@dataclass(frozen=True, slots=True)
class Explained:
    """`explanation` is nothing when the call was over before any rule was asked."""

    call: Call
    outcome: Outcome
    facts: RequestFacts | None
    policies: tuple[str, ...]
    explanation: Explanation | None


def explained(book: Book, call: Call) -> Explained:
    """Decide as the gate does, and listen to what the rules were asked."""
    witness = Witness()
    outcome = rehearsed(overheard(book, witness), call)
    ruleset, facts = witness.ruleset, witness.facts
    if ruleset is None or facts is None:
        return Explained(call, outcome, facts, (), None)
    why = explain(ruleset, call.caller, call.at(), facts, witness.founds, witness.calls)
    return Explained(call, outcome, facts, tuple(policy.name for policy in ruleset.policies), why)


def placeholder(found: Found, line: Line, findings: Sequence[Mapping[str, object]]) -> str | None:
    """What stands there now, if it was this rule's doing."""
    shown = (
        str(one["placeholder"])
        for one in findings
        if (one["detector"], one["rule"]) == (found.detector, line.rule.id)
        # The record withholds a path in which a detector finds something, as an expression like `.+` does in any.
        and one["path"] in (found.path, WITHHELD)
        and one["placeholder"]
    )
    return next(shown, None)
