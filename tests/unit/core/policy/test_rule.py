"""A compiled rule says why it is idle, and why it passes something over."""

import pytest

from sidecar.core.model.action import Action
from sidecar.core.model.place import Place
from sidecar.core.policy.condition import Subject
from sidecar.core.policy.rule import Rule
from tests.unit.core.policy.samples import CALLER, CLAUDE, FACTS, FOUND, book_with, found


def rule_of(text: str) -> Rule:
    return book_with(f"id: r, {text}").policies[0].rules[0]


@pytest.mark.parametrize(
    ("rule", "idle"),
    [
        ("detect: '*', do: deny", None),
        ("match: {model: gpt}, do: deny", "no model it names is asked for"),
        ("match: {media: 'video/*'}, do: deny", "the request carries no media it names"),
        ("if: 'false', do: deny", "its `if` is false"),
        ("if: 'identity.groups[9] == \"x\"', do: allow", "its `if` cannot be evaluated for this call"),
        ("if: 'identity.groups[9] == \"x\"', do: deny", None),
    ],
)
def test_why_a_rule_is_idle(rule: str, idle: str | None) -> None:
    assert rule_of(rule).idle_because(Subject(CALLER, CLAUDE, FACTS), FACTS) == idle


@pytest.mark.parametrize(
    ("rule", "changed", "reason"),
    [
        ("detect: '*'", {}, None),
        ("detect: pii/*", {}, "it does not look for this"),
        ("detect: '*', where: [response]", {}, "it does not look in prompt"),
        ("detect: '*', match: {path: system}", {}, "its `match.path` does not fit"),
        (
            "detect: '*', match: {tool: Bash}",
            {"tool": "Read", "place": Place.TOOL_CALL},
            "its `match.tool` does not fit",
        ),
    ],
)
def test_why_a_rule_passes_something_over(rule: str, changed: dict[str, object], reason: str | None) -> None:
    assert rule_of(f"{rule}, do: deny").passes_over_because(found(**changed)) == reason


def test_a_permission_is_not_stretched_to_unknown_tools() -> None:
    allow = rule_of("detect: '*', match: {tool: Bash}, do: allow")
    assert allow.passes_over_because(found(tool=None, place=Place.TOOL_CALL)) is not None


def test_only_a_denial_has_something_to_say() -> None:
    assert rule_of("detect: '*', do: mask").treatment(FOUND).say is None
    assert rule_of("detect: '*', do: deny, say: No.").treatment(FOUND).say == "No."
    verdict = rule_of("if: 'true', do: deny").verdict()
    assert (verdict.action, verdict.rule, verdict.policy) == (Action.DENY, "r", "p")
    assert verdict.say
