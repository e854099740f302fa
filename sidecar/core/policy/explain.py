"""Why a call was judged the way it was: which rules looked, what each found, and why the strictest won.

Strategy: every rule is asked by itself, and the winner is chosen from the answers. A judge asks the other way round
(which rules mind this match?); that both come to the same verdict is a property test.

Rule: an explanation names detectors and places, never a value.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sidecar.core.model.action import Action, DenyAs
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Connection
from sidecar.core.model.finding import Verdict
from sidecar.core.model.place import Place
from sidecar.core.model.treatment import Treatment
from sidecar.core.policy.book import Book
from sidecar.core.policy.condition import Subject
from sidecar.core.policy.facts import Found, RequestFacts, ToolCall
from sidecar.core.policy.judge import NOTHING, Judge, Ruleset, over_limits, severest
from sidecar.core.policy.rule import Rule


@dataclass(frozen=True, slots=True)
class Line:
    """What one rule came to. `idle`: why it had nothing to say on this call. `found`: what it acts on; `calls`: of
    tools."""

    rule: Rule
    idle: str | None
    found: tuple[Found, ...] = ()
    calls: tuple[ToolCall, ...] = ()

    @property
    def acts(self) -> bool:
        return self.idle is None and (bool(self.found) or not self.rule.on_text)


@dataclass(frozen=True, slots=True)
class Explanation:
    """`limits`: those that the request exceeds, with whether their policy is in shadow."""

    lines: tuple[Line, ...]
    limits: tuple[tuple[bool, Verdict], ...]
    verdict: Verdict
    because: str


def explain(
    ruleset: Ruleset,
    caller: Caller,
    connection: Connection,
    facts: RequestFacts,
    founds: Sequence[Found],
    calls: Sequence[ToolCall] = (),
) -> Explanation:
    """`calls`: of tools, which the request itself makes."""
    subject = Subject(caller, connection, facts)
    lines = tuple(_line(rule, subject, facts, founds, calls) for rule in ruleset.rules)
    limits = tuple((policy.shadow, over) for policy in ruleset.policies for over in over_limits(policy, facts))
    voices = list(dict.fromkeys(_voices(lines, limits, founds)))
    verdict = max(voices, key=_rank, default=NOTHING)
    return Explanation(lines, limits, verdict, _because(verdict, voices))


def concluded(judge: Judge, founds: Sequence[Found]) -> Verdict:
    """The verdict on a whole call, as whoever asks a judge match by match comes to it."""
    treatments = ((found, judge.treat(found)) for found in founds)
    voices = [judge.verdict, *(_verdict(found, one) for found, one in treatments if one is not None)]
    return max(voices, key=_rank)


def _rank(verdict: Verdict) -> tuple[Action, str, str]:
    return (verdict.action, verdict.policy or "", verdict.rule or "")


def _line(
    rule: Rule, subject: Subject, facts: RequestFacts, founds: Sequence[Found], calls: Sequence[ToolCall]
) -> Line:
    idle = rule.idle_because(subject, facts)
    if idle is None and rule.on_call:
        return _on_calls(rule, calls)
    if idle is not None or not rule.on_text:
        return Line(rule, idle)
    return Line(rule, None, tuple(found for found in founds if rule.passes_over_because(found) is None))


def _on_calls(rule: Rule, calls: Sequence[ToolCall]) -> Line:
    minded = tuple(one for one in calls if rule.lets_be_because(one) is None)
    if minded:
        return Line(rule, None, calls=minded)
    return Line(rule, rule.lets_be_because(calls[0]) if calls else "it is about tool calls")


def _voices(
    lines: Sequence[Line], limits: Sequence[tuple[bool, Verdict]], founds: Sequence[Found]
) -> Iterator[Verdict]:
    """What is in force and says something: one verdict for the call itself, and one for each thing found."""
    acting = [line for line in lines if line.acts and not line.rule.shadow]
    about_call = [line.rule.verdict() for line in acting if not (line.rule.on_text or line.rule.on_call)]
    about_call += [line.rule.verdict_on(call) for line in acting for call in line.calls]
    yield severest([*about_call, *(verdict for shadow, verdict in limits if not shadow)])
    for found in founds:
        minding = [line.rule for line in acting if found in line.found]
        if minding:
            yield _verdict(found, max(minding, key=lambda rule: rule.strictness).treatment(found))


def _verdict(found: Found, treatment: Treatment) -> Verdict:
    # A match in a JSON key cannot be masked: then a mask is a denial.
    masked_key = found.key and treatment.action is Action.MASK
    action = Action.DENY if masked_key else Action.MASK if _stays(found, treatment) else treatment.action
    return Verdict(action, treatment.rule, treatment.policy, treatment.say, treatment.deny_as, treatment.terms)


def _stays(found: Found, treatment: Treatment) -> bool:
    """Whether only the result of a tool is refused, and the call goes on with a sentence in its place."""
    told_as_result = treatment.action is Action.DENY and treatment.deny_as is DenyAs.RESULT
    return told_as_result and found.place is Place.TOOL_RESULT and found.direction == "request"


def _because(winner: Verdict, voices: Sequence[Verdict]) -> str:
    others = sorted((voice for voice in voices if voice.rule and _rank(voice) != _rank(winner)), key=_rank)
    if winner.rule is None:
        return "no rule had anything to say"
    if not others:
        return "no other rule in force had anything to say"
    next_best = others[-1]
    name = f"{next_best.policy}/{next_best.rule}"
    if next_best.action == winner.action:
        return f"{name} says {winner.action.name.lower()} too; of equals the last by name is named"
    return f"{winner.action.name.lower()} is stricter than {next_best.action.name.lower()} ({name})"


@dataclass(slots=True)
class Witness:
    """What the judges of one call were told: by listening, an explanation starts from exactly what the gate saw."""

    ruleset: Ruleset | None = None
    facts: RequestFacts | None = None
    founds: list[Found] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)


def overheard(book: Book, witness: Witness) -> Book:
    """The same book, with a witness to what is asked of it."""
    return _Book(book.digest, book.detectors, book.policies, book.fields, witness)


@dataclass(frozen=True, slots=True)
class _Book(Book):
    witness: Witness

    def for_caller(self, caller: Caller, connection: Connection) -> Ruleset | None:
        self.witness.ruleset = Book.for_caller(self, caller, connection)
        return _Ruleset(self.witness.ruleset.policies, self.witness) if self.witness.ruleset else None


@dataclass(frozen=True, slots=True)
class _Ruleset(Ruleset):
    witness: Witness

    def judge(self, caller: Caller, connection: Connection, facts: RequestFacts) -> Judge:
        self.witness.facts = facts
        judge = Ruleset.judge(self, caller, connection, facts)
        return _Judge(
            judge.verdict,
            judge.shadow,
            judge.allowed_path,
            judge.awake,
            judge.holds,
            judge.on_calls,
            judge.readers,
            self.witness,
        )


@dataclass(frozen=True, slots=True)
class _Judge(Judge):
    witness: Witness

    def treat(self, found: Found) -> Treatment | None:
        if found not in self.witness.founds:
            self.witness.founds.append(found)
        return Judge.treat(self, found)

    def on_call(self, call: ToolCall, *, shadow: bool = False) -> tuple[Verdict, ...]:
        if call not in self.witness.calls:
            self.witness.calls.append(call)
        return Judge.on_call(self, call, shadow=shadow)
