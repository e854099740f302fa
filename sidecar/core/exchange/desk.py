"""Where the matches of one text are decided, be it whole or a stream.

Rules:
- A match is put before the rules once; shadow rules are noted as they go.
- What was denied with an answer stands in the conversation from then on. There it is masked: denied again, it would end
  the session that the answer was to keep alive, and masked it does not leave either.
- A match in a JSON key cannot be masked, so a mask there is a denial.
- In an answer a placeholder whose value is owed to the agent becomes that value again; in a request it stays. What
  only has the shape of one (`[AKIA..._K7Q2M9XA]`) protects nothing that stands in it.
- A finding never holds the value.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sidecar.core.exchange.rules import Court
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.mask.placeholder import PLACEHOLDER, Placeholders
from sidecar.core.model.action import Action, DenyAs, How
from sidecar.core.model.detector import Match
from sidecar.core.model.finding import Finding, Verdict
from sidecar.core.model.treatment import Treatment
from sidecar.core.policy.judge import Found, severest

IN_KEY = "It stands in the name of a JSON field, where it cannot be masked."


@dataclass(slots=True)
class Judged:
    """`changes`: the new value of each string that changes, by ordinal. `recognised`: the agent replays words that this
    session saw the provider say. `masked`: what stands for each value that a rule minded, also where it denied."""

    verdict: Verdict = field(default_factory=lambda: Verdict(Action.ALLOW))
    findings: list[Finding] = field(default_factory=list)
    changes: dict[int, str] = field(default_factory=dict, repr=False)
    recognised: bool = False
    masked: dict[str, str] = field(default_factory=dict, repr=False)

    def stricter(self, verdict: Verdict) -> None:
        """Keep the stricter of the two."""
        self.verdict = severest((self.verdict, verdict))


@dataclass(frozen=True, slots=True)
class Session:
    """What judging texts needs to know of a session."""

    court: Court
    memory: SessionMemory
    placeholders: Placeholders


@dataclass(slots=True)
class Desk:
    """One text. `about` is asked for the place of a match only when there is one: paths cost."""

    session: Session
    judged: Judged
    about: Callable[[], Found]
    past: bool = False
    _found: Found | None = None
    _treated: dict[str, Treatment | None] = field(default_factory=dict)

    def treat(self, match: Match) -> Treatment | None:
        """The strictest treatment, or nothing if no rule minds."""
        if match.detector not in self._treated:
            self._treated[match.detector] = self._strictest(self._of(match))
        return self._treated[match.detector]

    def decide(self, match: Match, value: str) -> str | None:
        """The text that takes the value's place, or nothing to leave it."""
        if match.detector == PLACEHOLDER.id:
            return self._restored(value)
        found, treatment = self._of(match), self.treat(match)
        if treatment is None:
            return None
        placeholder = None
        if treatment.action is Action.MASK:
            placeholder = self._placeholder(value, treatment, found)
        shown = placeholder or self.session.placeholders.make(treatment.label, How.REDACT, value)
        self.judged.masked[value] = shown
        self.judged.findings.append(finding(found, treatment, placeholder))
        return placeholder

    def _strictest(self, found: Found) -> Treatment | None:
        court = self.session.court
        self.judged.findings += [finding(found, one, None, shadow=True) for one in court.treat_shadow(found)]
        treatment = court.treat(found)
        if treatment is None or treatment.action is Action.ALLOW:
            return None
        if self.past and treatment.action is Action.DENY and treatment.deny_as is DenyAs.ANSWER:
            treatment = replace(treatment, action=Action.MASK, how=How.REDACT)
        if found.key and treatment.action is Action.MASK:
            say = f"{treatment.say} {IN_KEY}" if treatment.say else IN_KEY
            treatment = Treatment(Action.DENY, treatment.rule, treatment.policy, treatment.label, None, say)
        self.judged.stricter(
            Verdict(treatment.action, treatment.rule, treatment.policy, treatment.say, treatment.deny_as)
        )
        return treatment

    def _placeholder(self, value: str, treatment: Treatment, found: Found) -> str:
        how = treatment.how or How.REDACT
        placeholder = self.session.placeholders.make(treatment.label, how, value)
        if how is How.TOKEN and found.direction == "request":
            self.session.memory.remember_token(placeholder, value)
        return placeholder

    def _restored(self, placeholder: str) -> str | None:
        """Nothing for a text that only looks like a placeholder of ours: what it says is judged like any other."""
        value = self.session.memory.value_of(placeholder)
        if value is None:
            return placeholder if self.session.placeholders.is_ours(placeholder) else None
        return value if self._about().direction == "answer" else placeholder

    def _of(self, match: Match) -> Found:
        about = self._about()
        label = self.session.court.rules.labels.get(match.detector, "VALUE")
        return Found(about.place, about.path, match.detector, label, about.tool, about.direction, about.key)

    def _about(self) -> Found:
        if self._found is None:
            self._found = self.about()
        return self._found


def finding(found: Found, treatment: Treatment, placeholder: str | None, *, shadow: bool = False) -> Finding:
    return Finding(
        treatment.rule, found.detector, found.place, found.path, treatment.action, treatment.how, placeholder, shadow
    )
