"""From what was judged to the questions that people are asked about it.

Rules: everything in a question is masked; a word that the client chose is in it only if it may be stored.
"""

from dataclasses import dataclass, field

from sidecar.core.approval.asked import Asked, What
from sidecar.core.approval.fingerprint import Content, Under, fingerprint, session_key
from sidecar.core.exchange.call_card import CallShown, content
from sidecar.core.exchange.card import Card
from sidecar.core.exchange.desk import OWN, Judged, Session
from sidecar.core.exchange.fact import storable
from sidecar.core.exchange.holding import Held, Question
from sidecar.core.exchange.let_go import Hold
from sidecar.core.exchange.rules import Rules
from sidecar.core.exchange.veil import Veil
from sidecar.core.model.action import Action
from sidecar.core.model.caller import Caller
from sidecar.core.model.effect import Effect
from sidecar.core.model.hold import Terms
from sidecar.core.model.piece import Piece
from sidecar.core.policy.rule import Rule


@dataclass(frozen=True, slots=True)
class Subject:
    """What is held: who makes the call, where it goes, and what would leave. `called`: it is a tool call of an answer,
    the `number`th that waits. `direct`: a call that the agent makes itself, as its card shows it."""

    gate: str
    exchange: str
    caller: Caller
    connection: str
    model: str
    content: Content
    at: float
    pieces: tuple[Piece, ...] = field(default=(), repr=False)
    called: CallShown | None = field(default=None, repr=False)
    number: int = 0
    direct: CallShown | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """Of its questions, but for their own number."""
        return self.exchange if self.called is None else f"{self.exchange}.call{self.number}"


def held(subject: Subject, session: Session, judged: Judged, *, stream: bool, answers: bool) -> Held:
    """Every question, in the order of the rules' names."""
    rules = session.court.rules
    veil = _veil(session, judged)
    card = Card(veil, rules.fields, own_detectors(rules))
    holds = sorted(judged.holds.values(), key=lambda hold: (hold.verdict.policy or "", hold.verdict.rule or ""))
    questions = tuple(_question(subject, rules, hold, card, number) for number, hold in enumerate(holds, 1))
    # A veil of its own: the one of the card has looked up every value of the session, and people may take long.
    return Held(questions, _veil(session, judged), session.memory, subject.model, stream, answers)


def own_detectors(rules: Rules) -> frozenset[str]:
    """The expressions of rules that hold, under the names they are scanned with."""
    every = [rule for book in rules.books for policy in book.policies for rule in policy.rules]
    ours = {name for rule in every if _holds(rule) for name in rule.detectors if name.startswith(OWN)}
    return frozenset(name for name in rules.origins if name.partition("#")[0] in ours)


def _holds(rule: Rule) -> bool:
    return rule.action is Action.HOLD


def _veil(session: Session, judged: Judged) -> Veil:
    return Veil(session.court.rules, session.placeholders, session.memory, judged.masked)


def _question(subject: Subject, rules: Rules, hold: Hold, card: Card, number: int) -> Question:
    verdict, caller, compiled = hold.verdict, subject.caller, rules.compiled
    under = Under(verdict.rule or "", verdict.policy or "", rules.digest)
    shown = subject.called or subject.direct
    asked = Asked(
        id=f"{subject.name}.{number}",
        fingerprint=fingerprint(caller, subject.connection, subject.content, under),
        session_key=session_key(caller, caller.claimed_session, subject.connection, under),
        what=What.REQUEST if subject.called is None else What.TOOL_CALL,
        gate=subject.gate,
        exchange=subject.exchange,
        connection=subject.connection,
        subject=caller.subject,
        provider=caller.provider,
        groups=caller.groups,
        session=storable(caller.claimed_session, compiled),
        agent=storable(caller.claimed_agent, compiled),
        model=storable(subject.model or None, compiled),
        tool=storable(_tool(subject, hold), compiled),
        rule=under.rule,
        policy=under.policy,
        policy_digest=under.digest,
        why=verdict.say or "",
        terms=verdict.terms or Terms(),
        at=subject.at,
        content=card.content(hold, subject.pieces)
        if shown is None
        else content(card, hold, shown, _minded(rules, hold)),
        before=card.before(subject.pieces) if shown is None else card.earlier(shown.before),
        call="" if subject.called is None else storable(subject.called.id, compiled) or "",
    )
    return Question(asked, verdict.deny_as, tuple(sorted(hold.texts)))


def _minded(rules: Rules, hold: Hold) -> frozenset[Effect]:
    """The effects that the rule names."""
    named = (hold.verdict.policy, hold.verdict.rule)
    every = (rule for book in rules.books for policy in book.policies for rule in policy.rules)
    return frozenset().union(*(rule.effects for rule in every if (rule.policy, rule.id) == named))


def _tool(subject: Subject, hold: Hold) -> str | None:
    shown = subject.called or subject.direct
    if shown is not None:
        return shown.tool
    return next((spot.found.tool for spot in hold.spots if spot.found.tool), None)
