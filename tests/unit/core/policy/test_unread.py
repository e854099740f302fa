"""Which policies stand against what nobody can read."""

from dataclasses import replace

import pytest

from sidecar.core.policy.unread import readers, reads
from tests.unit.core.policy.samples import CALLER, CLAUDE, FACTS, book_of, book_with, judge_of, ruleset_of

UPGRADE = replace(FACTS, upgrade="websocket")
READING = (
    ("masks what is sent", "id: a, where: [prompt], detect: ['secret/*'], do: mask", True),
    ("masks what is answered", "id: a, where: [response], detect: ['secret/*'], do: mask", True),
    ("everywhere", "id: a, detect: ['secret/*'], do: deny", True),
    ("holds for a text", "id: a, match: {keywords: [x]}, do: hold", True),
    ("fields by name", "id: a, mask: {fields: [ssn]}", True),
    ("only where no HTTP is", "id: a, where: [system, thinking], detect: ['secret/*'], do: mask", False),
    ("lets it be", "id: a, detect: ['secret/*'], do: allow", False),
    ("in shadow", "id: a, detect: ['secret/*'], do: mask, stage: shadow", False),
    ("about the request itself", "id: a, if: 'true', do: hold", False),
    ("about what a call would do", "id: a, effect: [leaves_machine], do: hold", False),
    ("asleep", "id: a, if: 'false', detect: ['secret/*'], do: mask", False),
)


@pytest.mark.parametrize(("rule", "stands"), [row[1:] for row in READING], ids=[row[0] for row in READING])
def test_a_policy_that_reads_stands_against_it_unless_it_says_otherwise(rule: str, stands: bool) -> None:
    def against(head: str) -> tuple[str, ...]:
        return ruleset_of(book_with(rule, head=head)).judge(CALLER, CLAUDE, UPGRADE).readers

    assert against("") == (("p",) if stands else ())
    assert against("upgrades: [websocket]") == ()
    assert against("stage: shadow") == ()


def test_one_policy_does_not_speak_for_another() -> None:
    rule = "rules: [{id: a, detect: ['secret/*'], do: mask}]"
    lax, strict = f"policy: lax\nupgrades: [websocket]\n{rule}", f"policy: strict\n{rule}"
    ruleset = ruleset_of(book_of(lax, strict))
    assert ruleset.judge(CALLER, CLAUDE, UPGRADE).readers == ("strict",)
    rules = ruleset.rules
    assert all(map(reads, rules))
    assert readers(ruleset.policies, rules, "something else") == ("lax", "strict")


def test_an_ordinary_request_needs_nobodys_leave() -> None:
    assert judge_of(book_with("id: a, detect: ['secret/*'], do: mask")).readers == ()


def test_a_rule_may_be_about_upgrades_alone() -> None:
    book = book_with("id: a, match: {upgrade: [websocket]}, do: deny")
    assert judge_of(book, upgrade="websocket").verdict.rule == "a"
    assert judge_of(book).verdict.rule is None
