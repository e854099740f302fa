"""What the keys about tool calls must be together."""

import pytest

from tests.unit.core.policy.test_agreement import said


@pytest.mark.parametrize(
    ("rule", "expected", "note"),
    [
        ("id: a, where: [tool_call], match: {tool: Bash}, do: deny", [], "every call of a tool"),
        ("id: a, effect: [writes], do: hold, approvers: [sre], unknown: pass", [], "by effect, held"),
        ("id: a, where: tool_call, effect: writes, do: deny, say: x, instead: y, quarantine: true", [], "all of it"),
        ("id: a, where: tool_call, detect: pii/*, do: deny, deny: {as: text}, instead: x", [], "text in calls"),
        ("id: a, effect: writes, if: x, match: {tool: B, model: m}, do: deny, deny: {as: answer}", [], "narrowed"),
        ("id: a, effect: writes, do: deny, match: {regex: x}", ["rules.0.effect: cannot stand"], "two questions"),
        ("id: a, effect: writes, detect: pii/*, do: mask", ["rules.0.effect: cannot stand", "rules.0.do"], "a mask"),
        ("id: a, effect: writes, where: [prompt], do: deny", ["rules.0.where: only tool calls"], "effects of words"),
        ("id: a, effect: writes, match: {path: a}, do: deny", ["rules.0.match.path: only narrows"], "part of a call"),
        ("id: a, detect: pii/*, unknown: pass, do: deny", ["rules.0.unknown: has a meaning only"], "unknown alone"),
        ("id: a, detect: pii/*, do: deny, instead: x", ["rules.0.instead: is only about tool calls"], "instead"),
        ("id: a, detect: pii/*, do: deny, quarantine: true", ["rules.0.quarantine: is only about"], "quarantine"),
        ("id: a, detect: pii/*, do: deny, deny: {as: tool}", ["rules.0.deny.as: is only about"], "as a tool"),
        ("id: a, effect: writes, do: allow, instead: x", ["rules.0.instead: has a meaning only with"], "no denial"),
    ],
)
def test_each(rule: str, expected: list[str], note: str) -> None:
    found = said(rule)
    assert len(found) == len(expected), (note, found)
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(f"2: {start}"), (note, line)
