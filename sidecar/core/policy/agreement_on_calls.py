"""What the keys about tool calls must be together, in a rule as it was written."""

from collections.abc import Iterator, Mapping

from sidecar.core.model.document import Path

Raw = Mapping[str, object]
Wrong = tuple[Path, str]

CALLS = "tool_call"
OF_A_CALL = ("instead", "quarantine")
_TEXT = ("regex", "keywords")


def about_calls(rule: Raw) -> bool:
    """Whether it is about tool calls, and not about texts."""
    return "effect" in rule or (not _sources(rule) and "tool" in _match(rule) and _only_calls(rule))


def calls_disagree(rule: Raw) -> Iterator[Wrong]:
    if "effect" in rule:
        yield from _effects(rule)
    elif "unknown" in rule:
        yield ("unknown",), "has a meaning only with `effect`"
    if about_calls(rule):
        yield from _without_text(rule)
    if about_calls(rule) or _only_calls(rule):
        return
    said = "is only about tool calls, and this rule is not: say `where: [tool_call]`"
    yield from (((key,), said) for key in OF_A_CALL if key in rule)
    match rule.get("deny"):
        case {"as": "tool" | "text"}:
            yield ("deny", "as"), said


def _effects(rule: Raw) -> Iterator[Wrong]:
    for source in _sources(rule):
        yield ("effect",), f"cannot stand in one rule with {source}: write one rule for each"
    if "where" in rule and not _only_calls(rule):
        yield ("where",), "only tool calls have effects: say `where: [tool_call]`, or leave it out"


def _without_text(rule: Raw) -> Iterator[Wrong]:
    if rule.get("do") == "mask":
        yield ("do",), "a mask needs something to find: add detect, match.regex or match.keywords"
    if "path" in _match(rule):
        yield ("match", "path"), "only narrows where text is looked for, and this rule is about whole tool calls"


def _only_calls(rule: Raw) -> bool:
    where = rule.get("where")
    return where in (CALLS, [CALLS])


def _match(rule: Raw) -> Raw:
    match = rule.get("match")
    return match if isinstance(match, dict) else {}


def _sources(rule: Raw) -> list[str]:
    own = [f"match.{key}" for key in _TEXT if key in _match(rule)]
    return ["detect", *own] if "detect" in rule else own
