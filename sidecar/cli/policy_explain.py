"""`gatehouse policy explain`: which rules looked at a call, what each found, and why the strictest won.

Rule: shows detectors, places and placeholders; what was found itself is never shown.
"""

from collections.abc import Iterator, Mapping, Sequence

from sidecar.core.exchange.holding import in_words
from sidecar.core.model.action import Action
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Kind
from sidecar.core.model.hold import Terms
from sidecar.core.policy.explain import Line
from sidecar.core.policy.facts import RequestFacts, ToolCall
from sidecar.processes.explaining import Explained, placeholder

Shown = dict[str, object]


def as_json(explained: Explained) -> Shown:
    outcome, why = explained.outcome, explained.explanation
    return {
        "caller": {"subject": explained.call.caller.subject, "groups": list(explained.call.caller.groups)},
        "connection": explained.call.connection,
        "policies": list(explained.policies),
        "verdict": outcome.verdict,
        "policy": outcome.policy,
        "rule": outcome.rule,
        "because": why.because if why else outcome.text,
        "says": outcome.text if outcome.verdict in ("deny", "nobody") else None,
        "rules": [_line(line, outcome.findings) for line in why.lines] if why else [],
        "limits": [
            {"policy": over.policy, "limit": over.rule, "say": over.say, "shadow": shadow}
            for shadow, over in (why.limits if why else ())
        ],
    }


def as_text(explained: Explained) -> Iterator[str]:
    yield _who(explained.call.caller, explained.call.connection)
    if explained.facts is not None:
        yield f"request: {_request(explained.call.kind, explained.facts)}"
    why, outcome = explained.explanation, explained.outcome
    if why is None:
        yield f"verdict: {outcome.verdict}: {outcome.text}"
        return
    yield f"policies: {', '.join(explained.policies)}"
    yield ""
    width = max((len(f"{line.rule.policy}/{line.rule.id}") for line in why.lines), default=0)
    for line in why.lines:
        yield from _rows(line, width, outcome.findings)
    for shadow, over in why.limits:
        yield f"  {over.policy}/{over.rule:{width}}  deny{' (shadow)' if shadow else ''}  {over.say}"
    yield ""
    name = f" by {outcome.policy}/{outcome.rule}" if outcome.rule else ""
    yield f"verdict: {outcome.verdict}{name}: {why.because}"
    if outcome.verdict == "hold":
        asking = [line.rule for line in why.lines if line.acts and not line.rule.shadow and line.rule.terms]
        for rule in asking:
            yield f"people are asked by {rule.policy}/{rule.id}: {terms_in_words(rule.terms or Terms())}"
    if outcome.verdict == "deny":
        yield f"the client reads: {outcome.text}"


def _request(kind: Kind, facts: RequestFacts) -> str:
    if kind is Kind.MCP:
        return f"{facts.endpoint} {', '.join(facts.tools)}".strip()
    if kind is Kind.HTTP:
        return f"{facts.method} {facts.path}"
    return (
        f"model {facts.model or 'none'}, about {facts.prompt_tokens} prompt tokens, "
        f"{facts.messages} messages, {len(facts.tools)} tools, media {', '.join(facts.media) or 'none'}"
    )


def terms_in_words(terms: Terms) -> str:
    """Who may decide, how many of them, and for how long the call waits."""
    group = f"of {' or '.join(terms.approvers)}" if terms.approvers else "who may review"
    people = "1 person" if terms.approvals == 1 else f"{terms.approvals} different people"
    said = [f"{people} {group}", f"within {in_words(terms.timeout)}"]
    if terms.rationale_required:
        said.append("who must say why")
    if terms.reuse is not None:
        said.append(f"for this call, or for the session for {in_words(terms.reuse)}")
    return ", ".join(said)


def _who(caller: Caller, connection: str) -> str:
    return f"caller: {caller.subject} (groups: {', '.join(caller.groups) or 'none'}) on connection {connection}"


def _rows(line: Line, width: int, findings: Sequence[Mapping[str, object]]) -> Iterator[str]:
    rule = line.rule
    does = rule.action.name.lower() + (f" ({rule.how.value})" if rule.how else "") + (" (shadow)" * rule.shadow)
    head = f"  {rule.policy + '/' + rule.id:{width}}  {does:14}  "
    if line.idle is not None:
        yield f"{head}says nothing: {line.idle}"
    elif line.calls:
        yield from (f"{head}applies to {call.tool} ({_effects(call)})" for call in line.calls)
    elif not rule.on_text:
        yield f"{head}applies"
    elif not line.found:
        yield f"{head}looked in {_places(line)}, found nothing"
    for index, found in enumerate(line.found):
        shown = placeholder(found, line, findings)
        start = head if index == 0 else " " * len(head)
        yield f"{start}found {found.detector} at {found.path}{f', now {shown}' if shown else ''}"


def _effects(call: ToolCall) -> str:
    return ", ".join(sorted(one.value for one in call.effects)) or "no effects"


def _places(line: Line) -> str:
    places = sorted(place.value for place in line.rule.where)
    return "every place" if len(places) == 6 else ", ".join(places)


def _terms(terms: Terms) -> Shown:
    return {
        "approvers": list(terms.approvers),
        "approvals": terms.approvals,
        "timeout": terms.timeout,
        "rationale": "required" if terms.rationale_required else "optional",
        "reuse": terms.reuse,
    }


def _line(line: Line, findings: Sequence[Mapping[str, object]]) -> Shown:
    rule = line.rule
    return {
        "policy": rule.policy,
        "rule": rule.id,
        "do": rule.action.name.lower(),
        "how": rule.how.value if rule.how else None,
        "stage": "shadow" if rule.shadow else "enforce",
        "terms": _terms(rule.terms) if rule.action is Action.HOLD and rule.terms else None,
        "looked": line.idle is None,
        "idle": line.idle,
        "applies": line.acts,
        "calls": [{"tool": one.tool, "effects": sorted(effect.value for effect in one.effects)} for one in line.calls],
        "found": [
            {
                "detector": found.detector,
                "place": found.place.value,
                "path": found.path,
                "tool": found.tool,
                "placeholder": placeholder(found, line, findings),
            }
            for found in line.found
        ],
    }
