"""One tool call: what it would do, and what rules on calls say."""

import pytest

from sidecar.core.exchange.tool_call import Called, judge_call, read_call, unread
from sidecar.core.model.action import Action
from sidecar.core.model.effect import Effect
from sidecar.core.policy.facts import RequestFacts
from tests.unit.core.exchange.building import CALLER, CLAUDE, MASKS, compiled
from tests.unit.core.exchange.calling import RULES, understand

FACTS = RequestFacts("m", (), True, None, 1, (), (), "POST", "/v1/messages", "messages", 1)


def called(*inputs: object, tool: str | None = "Bash", kind: str = "tool_use") -> Called:
    return Called(kind, "toolu_1", tool, inputs)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("note", "call", "runs"),
    [
        ("a shell", called({}, tool="Bash"), True),
        ("a database", called({}, tool="mcp__db__run_query"), True),
        ("by its arguments", called({"command": "x"}, tool="mcp__x__go"), True),
        ("a file", called({"file_path": "x"}, tool="Read"), False),
        ("no name", called({}, tool=None), True),
        ("no object", called("x", tool="Read"), True),
    ],
)
def test_what_hands_the_machine_something_to_run(note: str, call: Called, runs: bool) -> None:
    assert call.runs is runs


@pytest.mark.parametrize(
    ("note", "call", "effects"),
    [
        ("one input", called({"command": "rm x"}), {"destroys_data"}),
        ("two", called({"command": "rm x"}, {"command": "buy"}), {"destroys_data", "spends"}),
        ("two, one unknown", called({"command": "ls"}, {"command": "???"}), {"reads", "unknown"}),
        ("no object", called(["rm x"]), {"unknown"}),
        ("nothing at all", called(None), {"unknown"}),
    ],
)
def test_effects(note: str, call: Called, effects: set[str]) -> None:
    assert read_call(call, understand).effects == set(map(Effect, effects))


def test_where_nobody_reads_calls_all_is_unknown() -> None:
    assert unread("Bash", {}).effects == {Effect.UNKNOWN}


def test_rules_in_force_and_in_shadow_the_strictest_first() -> None:
    bound = compiled(MASKS + RULES, "").bound(CALLER, CLAUDE)
    assert bound is not None
    court = bound.court(FACTS)
    both = called({"command": "rm x"}, {"command": "buy"})
    said = judge_call(court, both, read_call(both, understand))
    assert [(one.action, one.rule) for one in said.verdicts] == [(Action.DENY, "destroys"), (Action.HOLD, "asks")]
    read = called({}, tool="Read")
    assert [one.rule for one in judge_call(court, read, read_call(read, understand)).shadow] == ["dark"]


def test_a_name_that_no_api_takes_may_be_of_any_tool() -> None:
    assert Called("tool_use", "toolu_1", "read" * 65, ({},)).runs
    assert not Called("tool_use", "toolu_1", "read" * 64, ({},)).runs
