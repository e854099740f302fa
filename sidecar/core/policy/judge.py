"""The verdict on one call: from what needs no text at once, and for each thing found in its texts when asked.

Strategy: conditions are evaluated once; after that a match costs one pass over the rules that are awake.

Rules:
- deny > hold > mask > allow; a tie goes to what reveals less, then to names, so that the order of rules never matters.
- A rule in shadow, or any rule and limit of a policy in shadow, is heard and recorded, never followed.
- Every rule that holds has to be satisfied, so they are all named, not only the strictest; and what another rule masks
  stays masked when people let the call go.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sidecar.core.model.action import Action, DenyAs
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Connection
from sidecar.core.model.described import Descriptions
from sidecar.core.model.finding import Verdict
from sidecar.core.model.place import Place
from sidecar.core.model.treatment import Treatment, in_agreement
from sidecar.core.policy.condition import Subject
from sidecar.core.policy.facts import Found, RequestFacts, ToolCall
from sidecar.core.policy.limits import Limits, strictest
from sidecar.core.policy.pattern import Globs
from sidecar.core.policy.rule import Policy, Rule
from sidecar.core.policy.unread import readers

__all__ = ["Found", "Judge", "RequestFacts", "Ruleset", "ToolCall", "over_limits", "severest", "weight"]

NOTHING = Verdict(Action.ALLOW)
_STEPS_THAT_MOVE = frozenset({"", ".", ".."})


@dataclass(frozen=True, slots=True)
class Judge:
    """One call. `awake`: the rules on text whose conditions hold; `on_calls`: those on tool calls. `holds`: what each
    rule about the call itself says that holds it. `readers`: the policies that stand against leaving HTTP."""

    verdict: Verdict
    shadow: tuple[Verdict, ...]
    allowed_path: bool
    awake: tuple[Rule, ...]
    holds: tuple[Verdict, ...]
    on_calls: tuple[Rule, ...]
    readers: tuple[str, ...]

    def places(self) -> frozenset[Place]:
        """Where some rule looks at text; elsewhere nothing needs to be scanned."""
        return frozenset(place for rule in self.awake for place in rule.where)

    def treat(self, found: Found) -> Treatment | None:
        """What the strictest rule in force says about a match."""
        return self._strictest(found, Action.DENY)

    def treat_if_released(self, found: Found) -> Treatment | None:
        """What the strictest rule says that does not hold, for when people let the call go."""
        return self._strictest(found, Action.MASK)

    def treat_holds(self, found: Found) -> tuple[Treatment, ...]:
        """What each rule says that holds a call for a match."""
        fitting = [rule for rule in self._minding(found) if rule.action is Action.HOLD]
        return tuple(rule.treatment(found) for rule in sorted(fitting, key=lambda rule: rule.strictness, reverse=True))

    def _strictest(self, found: Found, most: Action) -> Treatment | None:
        fitting = [rule for rule in self._minding(found) if rule.action <= most]
        winner = max(fitting, key=lambda rule: rule.strictness, default=None)
        if winner is None or not winner.returns_to:
            return winner.treatment(found) if winner else None
        return in_agreement(winner.treatment(found), (rule.treatment(found) for rule in fitting))

    def _minding(self, found: Found) -> Iterator[Rule]:
        return (rule for rule in self.awake if not rule.shadow and rule.passes_over_because(found) is None)

    def on_call(self, call: ToolCall, *, shadow: bool = False) -> tuple[Verdict, ...]:
        """What each rule says about a tool call that does not simply let it go; the strictest first."""
        acting = [rule for rule in self.on_calls if rule.shadow is shadow and rule.action > Action.ALLOW]
        minding = (rule for rule in acting if rule.lets_be_because(call) is None)
        return tuple(sorted((rule.verdict_on(call) for rule in minding), key=weight, reverse=True))

    def treat_shadow(self, found: Found) -> tuple[Treatment, ...]:
        """What each rule in shadow would have done about a match."""
        acting = [rule for rule in self.awake if rule.shadow and rule.action > Action.ALLOW]
        fitting = [rule for rule in acting if rule.passes_over_because(found) is None]
        return tuple(rule.treatment(found) for rule in sorted(fitting, key=lambda rule: rule.strictness, reverse=True))


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Every policy that applies to one caller on one connection."""

    policies: tuple[Policy, ...]

    @property
    def limits(self) -> Limits:
        """The strictest limits in force. Those of a policy in shadow are not counted."""
        return strictest([policy.limits for policy in self.policies if not policy.shadow])

    @property
    def passing_when_full(self) -> tuple[str, ...]:
        """The policies in force, if each of them lets calls pass that a full record cannot take; nothing otherwise."""
        in_force = [policy for policy in self.policies if not policy.shadow]
        return tuple(policy.name for policy in in_force) if all(one.passes_when_full for one in in_force) else ()

    def may_send(self, kind: str) -> bool:
        """Whether a policy in force lets a body of a type be sent that nobody can read."""
        return any(one.bodies is not None and one.bodies.fits(kind) for one in self.policies if not one.shadow)

    def names_path(self, method: str, path: str) -> bool:
        """Whether a policy in force opens this very path, not by a `*` in it."""
        opens = (one for policy in self.policies if not policy.shadow for one in policy.paths)
        return "*" not in path and any(path in one.path.sources and one.fits(method, path) for one in opens)

    @property
    def described(self) -> tuple[Descriptions, ...]:
        """What policies say that programs and tools do. One in shadow says it only where none is in force: otherwise it
        would change what those decide."""
        in_force = [policy for policy in self.policies if not policy.shadow]
        return tuple(policy.described for policy in in_force or self.policies if policy.described)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(rule for policy in self.policies for rule in policy.rules)

    def judge(self, caller: Caller, connection: Connection, facts: RequestFacts) -> Judge:
        subject = Subject(caller, connection, facts)
        awake = [rule for rule in self.rules if rule.idle_because(subject, facts) is None]
        said = [(rule.shadow, rule.verdict()) for rule in awake if not rule.on_text and not rule.on_call]
        said += [(policy.shadow, verdict) for policy in self.policies for verdict in over_limits(policy, facts)]
        return Judge(
            severest(verdict for shadow, verdict in said if not shadow),
            tuple(sorted((verdict for shadow, verdict in said if shadow and verdict.action), key=weight)),
            any(_allows(policy, facts) for policy in self.policies if not policy.shadow),
            tuple(rule for rule in awake if rule.on_text),
            tuple(verdict for shadow, verdict in said if not shadow and verdict.action is Action.HOLD),
            tuple(rule for rule in awake if rule.on_call),
            readers(self.policies, awake, facts.upgrade) if facts.upgrade else (),
        )


def weight(verdict: Verdict) -> tuple[int, bool, str, str]:
    """By which the strictest is found."""
    return (verdict.action, verdict.deny_as is DenyAs.ERROR, verdict.policy or "", verdict.rule or "")


def severest(verdicts: Iterable[Verdict]) -> Verdict:
    """The strictest of several; `allow` when there is none."""
    return max(verdicts, key=weight, default=NOTHING)


def over_limits(policy: Policy, facts: RequestFacts) -> Iterator[Verdict]:
    """A denial for each limit of a policy that one request exceeds by itself."""
    limits = policy.limits
    for allowed in limits.models:
        if not all(Globs(allowed).fits(model) for model in facts.all_models):
            yield _over(policy, "models", f"This model may not be used here. Allowed: {', '.join(allowed)}.")
    asked = (
        ("prompt_tokens", facts.prompt_tokens, limits.prompt_tokens, "has about {} prompt tokens"),
        ("max_tokens", facts.max_tokens or 0, limits.max_tokens, "asks for max_tokens of {}"),
    )
    for name, amount, limit, says in asked:
        if limit is not None and amount > limit:
            yield _over(policy, name, f"This request {says.format(amount)}; at most {limit} are allowed here.")


def _over(policy: Policy, name: str, say: str) -> Verdict:
    return Verdict(Action.DENY, f"limits.{name}", policy.name, say)


def _allows(policy: Policy, facts: RequestFacts) -> bool:
    """Whether a path beyond the known ones is allowed by name. One that an upstream could read as another never is."""
    steps: Sequence[str] = facts.path.removesuffix("/").split("/")[1:]
    plain = not _STEPS_THAT_MOVE & set(steps) and not set("%;?#\\") & set(facts.path) and facts.path.isascii()
    return plain and facts.path.isprintable() and any(one.fits(facts.method, facts.path) for one in policy.paths)
