"""The rules of one or two books and the set they are scanned with, and the same bound to one call.

Strategy: a session keeps the book it started with, and is judged by the one in force as well; the stricter verdict
counts. That is "the old policy unless the new one is stricter" without having to compare two policies. A detector
that the two books define differently is scanned for under two names.

Rules: everything here is immutable, so a reload swaps one reference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from sidecar.core.detect.compiled import Compiled
from sidecar.core.exchange.fields import Fields
from sidecar.core.mask.placeholder import PLACEHOLDER
from sidecar.core.model.action import Action, How
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Connection
from sidecar.core.model.described import Own
from sidecar.core.model.detector import Detector
from sidecar.core.model.finding import Verdict
from sidecar.core.model.treatment import Treatment, in_agreement
from sidecar.core.policy import limits
from sidecar.core.policy.book import Book
from sidecar.core.policy.facts import CHANGED
from sidecar.core.policy.judge import Found, Judge, RequestFacts, Ruleset, ToolCall, severest, weight
from sidecar.core.policy.limits import Limits

# What reveals less is stricter; only a token can be put back.
STRICTNESS = {How.REDACT: 3, How.HASH: 2, How.LAST4: 1, How.TOKEN: 0, None: -1}


def strictest(treatments: Sequence[Treatment]) -> Treatment | None:
    """The strictest of several; the rule's name breaks ties, so that order never matters."""
    winner = max(treatments, key=lambda t: (t.action, STRICTNESS[t.how], t.policy, t.rule), default=None)
    return in_agreement(winner, treatments) if winner is not None and winner.returns_to else winner


@dataclass(frozen=True, slots=True)
class Rules:
    """`origins`: for each scanned detector, which book knows it under which id. `words`: every label that a
    placeholder can have under these rules. `asks`: some rule holds calls until people say yes."""

    books: tuple[Book, ...]
    compiled: Compiled
    origins: Mapping[str, tuple[tuple[int, str], ...]]
    labels: Mapping[str, str]
    words: frozenset[str]
    digest: str
    key: bytes  # of the digest cache: what one set of rules found says nothing about another's
    fields: Fields
    asks: bool

    @classmethod
    def of(cls, *books: Book) -> "Rules":
        scanned: dict[str, Detector] = {}
        origins: dict[str, tuple[tuple[int, str], ...]] = {}
        for index, book in enumerate(books):
            for detector in book.detectors:
                name = detector.id
                if name in scanned and replace(scanned[name], id=detector.id) != detector:
                    name = f"{detector.id}#{index}"
                scanned[name] = replace(detector, id=name)
                origins[name] = (*origins.get(name, ()), (index, detector.id))
            for one in book.fields:
                origins[one.id] = (*origins.get(one.id, ()), (index, one.id))
        detectors = (*scanned.values(), PLACEHOLDER)
        labels = {name: detector.label for name, detector in scanned.items()}
        labels |= {one.id: one.label for book in books for one in book.fields}
        rules = [rule for book in books for policy in book.policies for rule in policy.rules]
        own, asks = {rule.label for rule in rules if rule.label}, any(rule.action is Action.HOLD for rule in rules)
        digest = "+".join(book.digest for book in books)
        key = blake2b(digest.encode(), digest_size=32).digest()
        words = frozenset(own.union(labels.values()))
        return cls(books, Compiled(detectors), origins, labels, words, digest, key, _fields(books), asks)

    def bound(self, caller: Caller, connection: Connection) -> "BoundRules | None":
        """The rules for one caller; nothing when some book has none for them."""
        rulesets = [book.for_caller(caller, connection) for book in self.books]
        found = tuple(one for one in rulesets if one is not None)
        return BoundRules(self, found, caller, connection) if len(found) == len(self.books) else None


def _fields(books: Sequence[Book]) -> Fields:
    ids = {one.id for book in books for one in book.fields}
    masking = (rule for book in books for policy in book.policies for rule in policy.rules)
    places = {place for rule in masking if not ids.isdisjoint(rule.detectors) for place in rule.where}
    return Fields.of(sorted({one for book in books for one in book.fields}), frozenset(places))


@dataclass(frozen=True, slots=True)
class BoundRules:
    rules: Rules
    rulesets: tuple[Ruleset, ...]
    caller: Caller
    connection: Connection

    def court(self, facts: RequestFacts) -> "Court":
        return Court(self.rules, tuple(one.judge(self.caller, self.connection, facts) for one in self.rulesets))

    @property
    def limits(self) -> Limits:
        """The smaller of each."""
        return limits.strictest([one.limits for one in self.rulesets])

    @property
    def described(self) -> Own:
        """What programs and tools of one's own do: every book has to say so."""
        return Own(tuple(one.described for one in self.rulesets))

    def may_send(self, kind: str) -> bool:
        """Whether a body of a type that nobody can read may be sent: every book has to say so."""
        return all(one.may_send(kind) for one in self.rulesets)

    def names_path(self, method: str, path: str) -> bool:
        """Whether every book names this path letter by letter, so that nothing in it is the client's own."""
        return all(one.names_path(method, path) for one in self.rulesets)

    @property
    def passing_when_full(self) -> tuple[str, ...]:
        """The policies by which a call may pass that a full record cannot take. One that does not say so: nothing."""
        several = [one.passing_when_full for one in self.rulesets]
        return tuple(dict.fromkeys(name for names in several for name in names)) if all(several) else ()


@dataclass(frozen=True, slots=True)
class Court:
    """Every judge of one exchange."""

    rules: Rules
    judges: tuple[Judge, ...]

    @property
    def verdict(self) -> Verdict:
        """From what needs no text."""
        return severest(judge.verdict for judge in self.judges)

    @property
    def holds(self) -> tuple[Verdict, ...]:
        """Of each rule that holds the call for what it is."""
        return tuple(dict.fromkeys(verdict for judge in self.judges for verdict in judge.holds))

    @property
    def shadow(self) -> tuple[Verdict, ...]:
        return tuple(dict.fromkeys(verdict for judge in self.judges for verdict in judge.shadow))

    def on_call(self, call: ToolCall, *, shadow: bool = False) -> tuple[Verdict, ...]:
        """What each rule says about a tool call that does not simply let it go; the strictest first."""
        said = dict.fromkeys(one for judge in self.judges for one in judge.on_call(call, shadow=shadow))
        return tuple(sorted(said, key=weight, reverse=True))

    @property
    def readers(self) -> tuple[str, ...]:
        """The policies that would have to read what passes after HTTP was left, and do not let it pass unread."""
        return tuple(dict.fromkeys(name for judge in self.judges for name in judge.readers))

    @property
    def allows_path(self) -> bool:
        return all(judge.allowed_path for judge in self.judges)

    def treat(self, found: Found) -> Treatment | None:
        """The strictest enforced treatment of a match."""
        treatments = [self.judges[i].treat(replace(found, detector=name)) for i, name in self._origins(found)]
        return strictest([one for one in treatments if one is not None])

    def treat_if_released(self, found: Found) -> Treatment | None:
        """The strictest that does not hold."""
        treatments = [
            self.judges[i].treat_if_released(replace(found, detector=name)) for i, name in self._origins(found)
        ]
        return strictest([one for one in treatments if one is not None])

    def treat_holds(self, found: Found) -> tuple[Treatment, ...]:
        """Of each rule that holds a call for a match."""
        held = (self.judges[i].treat_holds(replace(found, detector=name)) for i, name in self._origins(found))
        return tuple(dict.fromkeys(one for each in held for one in each))

    def treat_shadow(self, found: Found) -> tuple[Treatment, ...]:
        return tuple(
            dict.fromkeys(
                one
                for i, name in self._origins(found)
                for one in self.judges[i].treat_shadow(replace(found, detector=name))
            )
        )

    def _origins(self, found: Found) -> tuple[tuple[int, str], ...]:
        if found.detector == CHANGED:
            return tuple((index, CHANGED) for index in range(len(self.judges)))
        return self.rules.origins.get(found.detector, ())
