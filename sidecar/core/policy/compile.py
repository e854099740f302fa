"""From a policy as written to a policy as judged.

Rules: what comes in was validated, so nothing here can fail on what a person wrote.
"""

from collections.abc import Sequence

from sidecar.core.model.action import Action, DenyAs, How, NumberAs, Unknown
from sidecar.core.model.described import Descriptions
from sidecar.core.model.detector import Detector
from sidecar.core.model.effect import Effect
from sidecar.core.model.hold import STANDARD_TIMEOUT, Terms
from sidecar.core.model.named_field import NamedField
from sidecar.core.model.place import Place
from sidecar.core.policy.condition import compiled
from sidecar.core.policy.facts import CHANGED
from sidecar.core.policy.limits import Limits
from sidecar.core.policy.match_written import MatchWritten
from sidecar.core.policy.pattern import Globs, PathGlobs, Pattern, keyword_pattern
from sidecar.core.policy.rule import AllowedPath, Applies, Policy, Rule
from sidecar.core.policy.session_limits import Price, SessionLimits
from sidecar.core.policy.use_written import SessionWritten
from sidecar.core.policy.written import AppliesWritten, LimitsWritten, PolicyWritten, RuleWritten

# Not the rule's id: a placeholder is read by the model, and `project-zephyr` in it would tell what was to be hidden.
OWN_LABEL = "PRIVATE"
# Words of an answer are on their way to the agent already and cannot wait for people: what a rule holds is held before
# it leaves. Tool calls can, where a rule names them.
OF_A_REQUEST = (Place.SYSTEM, Place.PROMPT, Place.TOOL_RESULT)
_NO_MATCH = MatchWritten()
_NOT_DESCRIBED = Descriptions()


def policy_from(
    written: PolicyWritten, catalogue: Sequence[Detector], described: Descriptions = _NOT_DESCRIBED
) -> Policy:
    rules = tuple(_rule(written, rule, catalogue) for rule in written.rules)
    paths = tuple(_allowed(path) for path in written.paths or ())
    shadow = written.stage == "shadow"
    passes = written.record.when_full == "pass"
    applies, limits, bodies = _applies(written.applies), _limits(written.limits), _globs(written.bodies)
    upgrades = frozenset(written.upgrades or ())
    return Policy(written.policy, shadow, applies, limits, paths, rules, passes, bodies, upgrades, described)


def own_detector(policy: str, rule: RuleWritten) -> Detector | None:
    """The detector that a rule brings along with `match.regex` or `match.keywords`."""
    match = rule.match or _NO_MATCH
    pattern = match.regex or (keyword_pattern(match.keywords) if match.keywords else None)
    return Detector(f"rule/{policy}/{rule.id}", OWN_LABEL, pattern) if pattern else None


def fields_of(rule: RuleWritten) -> tuple[NamedField, ...]:
    return tuple(map(NamedField, rule.mask.fields)) if rule.mask else ()


def _rule(policy: PolicyWritten, written: RuleWritten, catalogue: Sequence[Detector]) -> Rule:
    match = written.match or _NO_MATCH
    own = own_detector(policy.policy, written)
    named = [detector.id for detector in catalogue if written.detect and Globs(written.detect).fits(detector.id)]
    named += [CHANGED] if match.changed else []
    action = Action[written.do.upper()]
    return Rule(
        policy=policy.policy,
        id=written.id,
        action=action,
        shadow="shadow" in (policy.stage, written.stage),
        how=How(written.how or How.REDACT) if action is Action.MASK else None,
        say=written.say,
        deny_as=_deny_as(written),
        call_as=DenyAs(written.deny.as_) if written.deny else DenyAs.TOOL,
        label=written.label.upper() if written.label else None,
        where=_where(written),
        detectors=frozenset([*named, *([own.id] if own else []), *(field.id for field in fields_of(written))]),
        path=PathGlobs(match.path) if match.path else None,
        tool=Pattern(match.tool) if match.tool else None,
        model=Globs(match.model, any_case=True) if match.model else None,
        media=Globs(match.media, any_case=True) if match.media else None,
        condition=compiled(written.if_) if written.if_ else None,
        terms=_terms(written) if action is Action.HOLD else None,
        on_call=_on_call(written),
        effects=frozenset(map(Effect, written.effect or ())),
        unknown=Unknown(written.unknown) if written.unknown else None,
        instead=written.instead,
        quarantine=bool(written.quarantine),
        after=frozenset(map(Effect, written.after or ())),
        returns_to=frozenset(written.returns_to or ()),
        numbers=NumberAs(written.numbers or NumberAs.TEXT),
        upgrade=Globs(match.upgrade) if match.upgrade else None,
    )


def _on_call(written: RuleWritten) -> bool:
    """A rule on tool calls: it says so by their effects, or by a tool where nothing is to be found in texts."""
    match = written.match or _NO_MATCH
    on_text = bool(written.detect or match.regex or match.keywords)
    return not on_text and bool(written.effect or (match.tool and written.where == (Place.TOOL_CALL.value,)))


def _deny_as(written: RuleWritten) -> DenyAs:
    if written.deny:
        return DenyAs(written.deny.as_)
    if written.where == (Place.TOOL_RESULT.value,) and written.do == "deny":
        return DenyAs.RESULT
    only_calls = _on_call(written) or written.where == (Place.TOOL_CALL.value,)
    return DenyAs.TOOL if only_calls else DenyAs.ERROR


def _where(written: RuleWritten) -> frozenset[Place]:
    if written.effect:
        return frozenset({Place.TOOL_CALL})
    if written.where:
        return frozenset(map(Place, written.where))
    if written.mask:
        return frozenset({Place.TOOL_RESULT, Place.RESPONSE})
    return frozenset(OF_A_REQUEST if written.do == "hold" else Place)


def _terms(written: RuleWritten) -> Terms:
    return Terms(
        tuple(sorted(set(written.approvers or ()))),
        written.approvals or 1,
        STANDARD_TIMEOUT if written.timeout is None else written.timeout,
        written.rationale == "required",
        written.reuse,
    )


def _applies(written: AppliesWritten) -> Applies:
    return Applies(_globs(written.connections), _globs(written.groups), _globs(written.subjects))


def _globs(sources: tuple[str, ...] | None) -> Globs | None:
    return Globs(sources) if sources else None


def _limits(written: LimitsWritten) -> Limits:
    return Limits(
        (written.models,) if written.models else (),
        written.prompt_tokens,
        written.max_tokens,
        written.requests_per_minute,
        written.input_tokens_per_day,
        written.output_tokens_per_day,
        _session(written),
        written.requests_per_day,
        written.cost_per_day,
    )


def _session(written: LimitsWritten) -> SessionLimits:
    one = written.session or SessionWritten()
    prices = (written.prices or {}).items()
    return SessionLimits(
        one.requests,
        one.tool_calls,
        tuple((one.tools or {}).items()),
        one.input_tokens,
        one.output_tokens,
        one.cost,
        one.duration,
        one.hosts,
        one.denials,
        tuple(
            Price(models, price.input, price.output, price.input if price.cached is None else price.cached)
            for models, price in prices
        ),
    )


def _allowed(written: str) -> AllowedPath:
    method, _, path = written.rpartition(" ")
    return AllowedPath(method or None, Globs((path,)))
