"""What the keys about results of tools must be together, in a rule as it was written."""

from collections.abc import Iterator, Mapping

from sidecar.core.model.document import Path

Raw = Mapping[str, object]
Wrong = tuple[Path, str]

# Fields by name need a whole text: what streams is not read so, and a tool's input is JSON, for `match.path`. In
# `response` they are those of plain HTTP.
OF_FIELDS = ("tool_result", "response", "prompt")


def results_disagree(rule: Raw) -> Iterator[Wrong]:
    if "mask" in rule:
        yield from _fields(rule)
    if "returns_to" in rule and rule.get("how") != "token":
        yield ("returns_to",), "has a meaning only with `how: token`: nothing else can be put back"
    match rule:
        case {"deny": {"as": "result"}, "do": do} if do != "deny" or _where(rule) != ["tool_result"]:
            yield ("deny", "as"), "is only for rules that deny results of tools: say `where: [tool_result]`, `do: deny`"


def sequences_disagree(rule: Raw) -> Iterator[Wrong]:
    if "after" in rule and "effect" not in rule and not (_where(rule) == ["tool_call"] and "tool" in _match(rule)):
        yield ("after",), "narrows a rule on tool calls: add `effect`, or `where: [tool_call]` and match.tool"


def limits_disagree(limits: Raw) -> Iterator[Wrong]:
    if "prices" in limits:
        return
    if "cost_per_day" in limits:
        yield ("cost_per_day",), "needs to know what models cost: add `prices` beside it"
    match limits:
        case {"session": {"cost": _}}:
            yield ("session", "cost"), "needs to know what models cost: add `prices` beside `session`"


def _match(rule: Raw) -> Raw:
    match = rule.get("match")
    return match if isinstance(match, dict) else {}


def _fields(rule: Raw) -> Iterator[Wrong]:
    do = rule.get("do", "mask")
    if isinstance(do, str) and do != "mask":
        yield ("mask",), f"means `do: mask`, and this rule says `do: {do}`"
    if "effect" in rule:
        yield ("mask",), "cannot stand in one rule with effect: write one rule for each"
    other = [place for place in _where(rule) if isinstance(place, str) and place not in OF_FIELDS]
    if other:
        yield ("where",), f"fields are looked for by name in {', '.join(OF_FIELDS)}, not in {', '.join(other)}"


def _where(rule: Raw) -> list[object]:
    where = rule.get("where", [])
    return where if isinstance(where, list) else [where]
