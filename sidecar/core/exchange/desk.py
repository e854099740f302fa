"""Where the matches of one text are decided, be it whole or a stream.

Rules:
- A match is put before the rules once; shadow rules are noted as they go.
- What was denied with an answer stands in the conversation from then on. There it is masked: denied again, it would end
  the session that the answer was to keep alive, and masked it does not leave either.
- What is denied as a result of a tool is taken out of the request, and the rest goes on (see `refused_results`).
- A match in a JSON key cannot be masked, so a mask there is a denial.
- In an answer a placeholder whose value is owed to the agent becomes that value again; in a request it stays. What an
  MCP server gave is owed to that server and not to the agent (see `mcp.returned`). What only has the shape of one
  (`[AKIA..._K7Q2M9XA]`) protects nothing that stands in it.
- A finding never holds the value.
- What people let go once in a session is not held again where it stands in the conversation: the provider has it.
  What another rule masks in it is masked all the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sidecar.core.exchange.budget import NO_BUDGET, Budget
from sidecar.core.exchange.let_go import Hold, HoldKey, let_go
from sidecar.core.exchange.rules import Court
from sidecar.core.mask.edit import Edit
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.mask.placeholder import PLACEHOLDER, Placeholders
from sidecar.core.model.action import Action, DenyAs, How, NumberAs
from sidecar.core.model.detector import Match
from sidecar.core.model.finding import Finding, Verdict
from sidecar.core.model.place import Place
from sidecar.core.model.treatment import Treatment
from sidecar.core.policy.judge import Found, severest

OWN = "rule/"  # detectors that a policy's own expressions make
IN_KEY = "It stands in the name of a JSON field, where it cannot be masked."


@dataclass(slots=True)
class Judged:
    """`changes`: the new value of each text that changes, by ordinal; `edits`: what made it of the old one;
    `shown`: the same with nothing put back, for the record. `recognised`: the agent replays words that this
    session saw the provider say. `masked`: what stands for each value that a rule minded, also where it denied.
    `holds`: every rule that holds the call, and why. `refused`: results of tools that do not go, by path."""

    verdict: Verdict = field(default_factory=lambda: Verdict(Action.ALLOW))
    findings: list[Finding] = field(default_factory=list)
    changes: dict[int, str] = field(default_factory=dict, repr=False)
    shown: dict[int, str] = field(default_factory=dict, repr=False)
    recognised: bool = False
    masked: dict[str, str] = field(default_factory=dict, repr=False)
    edits: dict[int, Sequence[Edit]] = field(default_factory=dict, repr=False)
    holds: dict[HoldKey, Hold] = field(default_factory=dict, repr=False)
    refused: dict[str, Verdict] = field(default_factory=dict)

    def refuse(self, result: str, verdict: Verdict) -> None:
        """The result of a tool at this path does not go."""
        self.refused[result] = severest((self.refused.get(result, verdict), verdict))
        self.stricter(replace(verdict, action=Action.MASK))

    def hold(self, verdict: Verdict) -> Hold:
        """One more rule that holds."""
        self.stricter(verdict)
        return self.holds.setdefault((verdict.policy, verdict.rule, verdict.terms), Hold(verdict))

    def stricter(self, verdict: Verdict) -> None:
        """Keep the stricter of the two."""
        self.verdict = severest((self.verdict, verdict))

    def part(self) -> "Judged":
        """For texts whose ordinals are their own: what is found in them is found here."""
        return Judged(findings=self.findings, masked=self.masked, holds=self.holds)

    def include(self, part: "Judged") -> None:
        self.verdict = severest((self.verdict, part.verdict))

    def found(self, part: "Judged") -> None:
        """What was found in a part that has a verdict of its own."""
        self.findings += part.findings
        self.masked |= part.masked


@dataclass(frozen=True, slots=True)
class Session:
    """What judging texts needs to know of a session. `server`: the MCP server whose answers are judged."""

    court: Court
    memory: SessionMemory
    placeholders: Placeholders
    budget: Budget = NO_BUDGET
    server: str = ""


@dataclass(slots=True)
class Desk:
    """One text. `about` is asked for the place of a match only when there is one: paths cost. `text` and `matches`:
    what may have to be shown to people; nothing in a stream. `result`: the path of a result of a tool that may be
    refused by itself. `returned`: values that were put back and are not the agent's."""

    session: Session
    judged: Judged
    about: Callable[[], Found]
    past: bool = False
    text: str = field(default="", repr=False)
    matches: Sequence[Match] = ()
    result: str | None = None
    returned: frozenset[str] = field(default=frozenset(), repr=False)
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
        if treatment.action is not Action.HOLD or not match.detector.startswith(OWN):
            # What a rule's own expression found, only to hold it, is no secret by that.
            shown = placeholder or self.session.placeholders.make(treatment.label, How.REDACT, value)
            self.judged.masked[value] = shown
        self.judged.findings.append(finding(found, treatment, placeholder))
        return placeholder

    def _strictest(self, found: Found) -> Treatment | None:
        court = self.session.court
        self.judged.findings += [finding(found, one, None, shadow=True) for one in court.treat_shadow(found)]
        treatment = court.treat(found)
        if treatment is not None and treatment.action is Action.HOLD and _can_wait(found):
            treatment = self._held(found, treatment)
        if treatment is None or treatment.action is Action.ALLOW:
            return None
        if self.past and treatment.action is Action.DENY and treatment.deny_as is DenyAs.ANSWER:
            treatment = replace(treatment, action=Action.MASK, how=How.REDACT)
        if found.key and treatment.action is Action.MASK:
            say = f"{treatment.say} {IN_KEY}" if treatment.say else IN_KEY
            how_told = DenyAs.TOOL if _is_call(found) else DenyAs.ERROR
            treatment = Treatment(Action.DENY, treatment.rule, treatment.policy, treatment.label, None, say, how_told)
        return self._told(treatment)

    def _told(self, treatment: Treatment) -> Treatment:
        """What the verdict on the message hears of it."""
        if treatment.action is not Action.DENY or treatment.deny_as is not DenyAs.RESULT:
            self.judged.stricter(_verdict(treatment))
        elif self.result is not None:
            self.judged.refuse(self.result, _verdict(treatment))
        else:
            treatment = replace(treatment, deny_as=DenyAs.ERROR)
            self.judged.stricter(_verdict(treatment))
        return treatment

    def _held(self, found: Found, strictest: Treatment) -> Treatment | None:
        """What is done about the text of a match that some rule holds. People decide whether the call goes, not what
        of it may be seen."""
        memory, released = self.session.memory, self.session.court.treat_if_released(found)
        asking = [
            one
            for one in self.session.court.treat_holds(found)
            if not (self.past and let_go(memory, (one.policy, one.rule, one.terms), self.text))
        ]
        if not asking:
            return released
        if self.past and all(one.deny_as is DenyAs.ANSWER for one in asking):
            # Nobody let it go, so it was denied with an answer: see the rules above.
            return replace(strictest, action=Action.MASK, how=How.REDACT, terms=None)
        for one in asking:
            self.judged.hold(_verdict(one)).because(
                found, self.text, [match for match in self.matches if match.detector == found.detector]
            )
        if released is None or released.action is not Action.MASK:
            return strictest
        self.judged.findings.append(finding(found, strictest, None))
        return released

    def _placeholder(self, value: str, treatment: Treatment, found: Found) -> str:
        how = treatment.how or How.REDACT
        placeholder = self.session.placeholders.make(treatment.label, how, value)
        if how is How.TOKEN:
            self._remember(placeholder, value, treatment, found)
        return placeholder

    def _remember(self, placeholder: str, value: str, treatment: Treatment, found: Found) -> None:
        """Who gave the value is who gets it back."""
        if found.direction == "answer" and self.session.server:
            givers = treatment.returns_to | {self.session.server}
            self.session.memory.remember_token(placeholder, value, givers)
        elif found.direction == "request" and not any(one in value or value in one for one in self.returned):
            self.session.memory.remember_token(placeholder, value)

    def literal(self, value: str) -> str | None:
        """What takes a masked number's place if rules want JSON to keep its types there; nothing: the placeholder."""
        said = {one.numbers for match in self.matches if (one := self.treat(match)) and one.action is Action.MASK}
        if NumberAs.ZERO in said:
            return "false" if value in ("true", "false") else "0"
        return "null" if NumberAs.NONE in said else None

    def minds_return(self, match: Match) -> bool:
        """Whether a rule has something against this where a value was put back; that it masks it as a token is how it
        came to be put back."""
        said = self.session.court.treat(self._of(match))
        return said is not None and not (said.action <= Action.MASK and said.how in (None, How.TOKEN))

    def _restored(self, placeholder: str) -> str | None:
        """Nothing for a text that only looks like a placeholder of ours: what it says is judged like any other."""
        if self.session.memory.value_of(placeholder) is None:
            return placeholder if self.session.placeholders.is_ours(placeholder) else None
        owed = self.session.memory.owed_to_agent(placeholder)
        return owed if owed is not None and self._about().direction == "answer" else placeholder

    def _of(self, match: Match) -> Found:
        about = self._about()
        label = self.session.court.rules.labels.get(match.detector, "VALUE")
        return Found(about.place, about.path, match.detector, label, about.tool, about.direction, about.key)

    def _about(self) -> Found:
        if self._found is None:
            self._found = self.about()
        return self._found


def _can_wait(found: Found) -> bool:
    """Of an answer only a tool call can wait for people."""
    return found.direction == "request" or _is_call(found)


def _is_call(found: Found) -> bool:
    return found.place is Place.TOOL_CALL and found.direction == "answer"


def _verdict(said: Treatment) -> Verdict:
    return Verdict(
        said.action, said.rule, said.policy, said.say, said.deny_as, said.terms, said.instead, said.quarantine
    )


def finding(found: Found, treatment: Treatment, placeholder: str | None, *, shadow: bool = False) -> Finding:
    return Finding(
        treatment.rule, found.detector, found.place, found.path, treatment.action, treatment.how, placeholder, shadow
    )
