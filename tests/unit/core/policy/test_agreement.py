"""What several keys must be together."""

import pytest

from sidecar.core.model.document import read_yaml
from sidecar.core.policy.agreement import disagreements
from tests.unit.core.policy.samples import CATALOGUE

NAMES = [detector.id for detector in CATALOGUE]


def said(*rules: str) -> list[str]:
    text = "rules:" + "".join(f"\n  - {{{rule}}}" for rule in rules)
    return [f"{mistake.line}: {mistake.message}" for mistake in disagreements(read_yaml(text, "f"), NAMES)]


@pytest.mark.parametrize(
    ("rule", "expected", "note"),
    [
        ("id: a, detect: pii/*, do: mask, how: token, label: X", [], "right"),
        ("id: a, match: {media: 'image/*'}, do: deny, say: No., deny: {as: answer}", [], "right, about the call"),
        ("id: a, do: deny", ["rules.0: needs something to go by"], "a rule about nothing"),
        ("id: a, match: {path: '*.ssn'}, do: deny", ["rules.0.match.path: only narrows"], "a path alone"),
        ("id: a, match: {tool: Bash}, do: deny", ["rules.0.match.tool: only narrows"], "a tool alone"),
        (
            "id: a, detect: pii/*, match: {regex: x}, do: deny",
            ["rules.0.match: detect and match.regex cannot"],
            "two sources",
        ),
        (
            "id: a, match: {regex: x, keywords: y}, do: deny",
            ["rules.0.match: match.regex and match.keywords"],
            "two of one kind",
        ),
        ("id: a, where: [tool_description], match: {changed: true}, do: hold", [], "right, about a list"),
        ("id: a, match: {changed: true}, do: deny", ["rules.0.match.changed: is about the tools"], "changed, where?"),
        (
            "id: a, where: tool_description, match: {changed: true}, do: mask",
            ["rules.0.do: what changed cannot be masked"],
            "a mask of a change",
        ),
        ("id: a, if: x, where: [prompt], do: deny", ["rules.0.where: has no meaning here"], "a place without text"),
        ("id: a, if: x, do: mask", ["rules.0.do: a mask needs something to find"], "a mask of nothing"),
        ("id: a, detect: pii/*, do: mask, numbers: zero", [], "right"),
        ("id: a, detect: pii/*, do: deny, numbers: zero", ["rules.0.numbers: has a meaning only with"], "numbers"),
        ("id: a, detect: pii/*, do: deny, how: token", ["rules.0.how: has a meaning only with `do: mask`"], "how"),
        (
            "id: a, detect: pii/*, do: mask, deny: {}",
            ["rules.0.deny: has a meaning only with `do: deny` or `do: hold`"],
            "deny",
        ),
        ("id: a, detect: pii/*, do: mask, say: x", ["rules.0.say: is read by the client in a denial"], "say"),
        ("id: a, detect: pii/*, do: hold", [], "a hold that says nothing else"),
        (
            "id: a, detect: pii/*, do: hold, approvers: [sre], approvals: 2, timeout: 10m, rationale: required, "
            "reuse: 1h, say: x, deny: {as: answer}",
            [],
            "a hold that says all it can",
        ),
        ("id: a, if: x, do: hold, approvers: [nobody-knows]", [], "groups cannot be checked"),
        ("id: a, detect: pii/*, do: hold, where: [prompt, tool_result]", [], "places of a request"),
        (
            "id: a, detect: pii/*, do: hold, where: [prompt, response]",
            ["rules.0.where: not yet: what is on its way to the agent (response) cannot be held"],
            "a place of an answer",
        ),
        ("id: a, detect: pii/*, do: hold, where: thinking", ["rules.0.where: not yet"], "one place of an answer"),
        ("id: a, detect: pii/*, do: hold, where: [prompt, tool_call]", [], "a tool call can wait"),
        (
            "id: a, detect: pii/*, do: deny, approvers: [sre], timeout: 5m",
            [
                "rules.0.approvers: has a meaning only with `do: hold`, and this rule says `do: deny`",
                "rules.0.timeout: has a meaning only with `do: hold`",
            ],
            "the terms of a hold that is none",
        ),
        ("id: a, detect: pii/*, do: mask, approvals: 1", ["rules.0.approvals: has a meaning only"], "approvals"),
        ("id: a, detect: pii/*, do: mask, rationale: optional", ["rules.0.rationale: has a meaning only"], "why"),
        ("id: a, detect: pii/*, do: allow, reuse: 1h", ["rules.0.reuse: has a meaning only"], "reuse"),
        ("id: a, detect: pii/*, do: hold, how: token", ["rules.0.how: has a meaning only with `do: mask`"], "no mask"),
        ("id: a, effect: writes, do: deny", [], "by effect alone"),
        ('id: a, detect: "\\ud800\\udc00", do: deny', [], "half characters are refused for their shape"),
        (
            "id: a, detect: secrets/*, do: deny",
            ["rules.0.detect: no detector is called 'secrets/*'; did you mean 'secret/*'?"],
            "family",
        ),
        (
            "id: a, detect: [pii/emial], do: deny",
            ["rules.0.detect.0: no detector is called 'pii/emial'; did you mean 'pii/email'?"],
            "name",
        ),
        ("id: [a], detect: 3, match: [], do: {}", ["rules.0: "], "what is of another shape is left to others"),
    ],
)
def test_one_rule(rule: str, expected: list[str], note: str) -> None:
    got = said(rule)
    assert len(got) == len([one for one in expected if not one.endswith(": ")]), (note, got)
    assert all(one.startswith(f"2: {start}") for one, start in zip(got, expected, strict=False)), (note, got)


BY_NAME = ["1: record.when_full: `pass` is for connections by name: name them in applies.connections"]


@pytest.mark.parametrize(
    ("text", "expected", "note"),
    [
        ("record: {when_full: pass}", BY_NAME, "for everything"),
        ("{record: {when_full: pass}, applies: {groups: [sre]}}", BY_NAME, "for people"),
        ("{record: {when_full: pass}, applies: {connections: '*'}}", BY_NAME, "for any connection"),
        (
            "{record: {when_full: pass}, applies: {connections: [docs, '**']}}",
            BY_NAME,
            "for any among others",
        ),
        ("{record: {when_full: pass}, applies: {connections: []}}", BY_NAME, "for none"),
        ("{record: {when_full: pass}, applies: {connections: docs}}", [], "by name"),
        ("{record: {when_full: pass}, applies: {connections: [docs, 'wiki-*']}}", [], "by names"),
        ("record: {when_full: refuse}", [], "refused anyway"),
        ("{record: {when_full: [pass]}, applies: 3}", [], "what is of another shape is left to others"),
    ],
)
def test_what_may_go_unrecorded_is_named(text: str, expected: list[str], note: str) -> None:
    got = [f"{mistake.line}: {mistake.message}" for mistake in disagreements(read_yaml(text, "f"), NAMES)]
    assert got == expected, note


def test_ids_are_once() -> None:
    got = said("id: a, if: x, do: deny", "id: b, if: x, do: deny", "id: a, if: x, do: deny")
    assert got == ["4: rules.2.id: 'a' is already the id of the rule on line 2"]


@pytest.mark.parametrize("text", ["", "3", "[]", "rules: 3", "rules: [3, [], null]", "{}"])
def test_what_is_no_policy_is_left_to_others(text: str) -> None:
    assert disagreements(read_yaml(text, "f"), NAMES) == []
