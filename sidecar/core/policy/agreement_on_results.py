"""What the keys about results of tools must be together, in a rule as it was written."""

from collections.abc import Iterator, Mapping

from sidecar.core.model.document import Path

Raw = Mapping[str, object]
Wrong = tuple[Path, str]

# Fields by name need a whole text: what streams is not read so, and a tool's input is JSON, for `match.path`.
OF_FIELDS = ("tool_result", "prompt")


def results_disagree(rule: Raw) -> Iterator[Wrong]:
    if "mask" in rule:
        yield from _fields(rule)
    match rule:
        case {"deny": {"as": "result"}, "do": do} if do != "deny" or _where(rule) != ["tool_result"]:
            yield ("deny", "as"), "is only for rules that deny results of tools: say `where: [tool_result]`, `do: deny`"


def _fields(rule: Raw) -> Iterator[Wrong]:
    do = rule.get("do", "mask")
    if isinstance(do, str) and do != "mask":
        yield ("mask",), f"means `do: mask`, and this rule says `do: {do}`"
    if "effect" in rule:
        yield ("mask",), "cannot stand in one rule with effect: write one rule for each"
    other = [place for place in _where(rule) if isinstance(place, str) and place not in OF_FIELDS]
    if other:
        yield ("where",), f"fields are looked for by name in {' and '.join(OF_FIELDS)}, not in {', '.join(other)}"


def _where(rule: Raw) -> list[object]:
    where = rule.get("where", [])
    return where if isinstance(where, list) else [where]
