"""Rules on tool calls: which mind a call, what they say, and that what is unknown may be anything."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.model.action import Action, DenyAs
from sidecar.core.model.effect import Effect
from sidecar.core.model.session_use import SessionUse
from sidecar.core.policy.facts import ToolCall
from tests.unit.core.policy.samples import book_with, judge_of


def call(*effects: str, tool: str | None = "Bash", runs: bool = True) -> ToolCall:
    return ToolCall(tool, frozenset(map(Effect, effects)), runs)


DENY = "id: a, effect: [destroys_data, escalates], do: deny"


@pytest.mark.parametrize(
    ("rule", "call", "minds", "note"),
    [
        (DENY, call("reads", "destroys_data"), True, "one of its effects"),
        (DENY, call("reads"), False, "another effect"),
        (DENY, call(), False, "no effect"),
        (DENY, call("unknown"), True, "a shell that was not understood"),
        (DENY, call("reads", "unknown"), True, "a shell that was understood in part"),
        (DENY, call("unknown", runs=False), False, "a tool that nobody knows"),
        (f"{DENY}, unknown: as-worst", call("unknown", runs=False), True, "a tool that nobody knows, as worst"),
        (f"{DENY}, unknown: pass", call("unknown"), False, "a shell, let pass"),
        (f"{DENY}, unknown: pass", call("unknown", "escalates"), True, "what was seen counts all the same"),
        ("id: a, effect: unknown, do: deny", call("unknown", runs=False), True, "by name"),
        ("id: a, where: tool_call, match: {tool: Bash|Sh.*}, do: deny", call(tool="Shell"), True, "by tool"),
        ("id: a, where: tool_call, match: {tool: Bash}, do: deny", call(tool="Bashful"), False, "the whole name"),
        ("id: a, where: tool_call, match: {tool: Bash}, do: deny", call(tool=None), True, "a tool without a name"),
        ("id: a, where: tool_call, match: {tool: send}, do: deny", call(tool="mcp__x__send"), True, "a server's tool"),
        ("id: a, where: tool_call, match: {tool: mcp__x__send}, do: deny", call(tool="mcp__x__send"), True, "its name"),
        ("id: a, where: tool_call, match: {tool: x}, do: deny", call(tool="mcp__x__send"), False, "not the server's"),
        ("id: a, where: tool_call, match: {tool: send}, do: deny", call(tool="my__x__send"), False, "no server's tool"),
        (f"{DENY}, match: {{tool: Read}}", call("escalates"), False, "both have to fit"),
        (f"{DENY}, if: request.stream", call("escalates"), True, "and its condition"),
        (f"{DENY}, if: '!request.stream'", call("escalates"), False, "which does not hold"),
        (f"{DENY}, stage: shadow", call("escalates"), False, "in shadow nothing is said"),
        ("id: a, effect: [escalates], do: allow", call("unknown"), False, "an allow says nothing"),
    ],
)
def test_which_rule_minds(rule: str, call: ToolCall, minds: bool, note: str) -> None:
    assert bool(judge_of(book_with(rule)).on_call(call)) is minds, note


@pytest.mark.parametrize(
    ("before", "unknown", "minds"),
    [
        (SessionUse(), "", False),
        (SessionUse().after({Effect.READS_SECRET}), "", True),
        (SessionUse().after({Effect.UNKNOWN}, runs=True), "", True),
        (SessionUse().after({Effect.UNKNOWN}, runs=True), ", unknown: pass", False),
        (SessionUse().after({Effect.UNKNOWN}), "", False),
        (SessionUse().after({Effect.UNKNOWN}), ", unknown: as-worst", True),
    ],
)
def test_what_comes_after_what(before: SessionUse, unknown: str, minds: bool) -> None:
    rule = f"id: a, effect: leaves_machine, after: [reads_secret, escalates], do: deny{unknown}"
    judge = judge_of(book_with(rule))
    assert bool(judge.on_call(replace(call("leaves_machine"), before=before))) is minds
    assert not judge.on_call(replace(call("writes"), before=before))


def test_what_it_says() -> None:
    rule = "id: a, effect: writes, do: deny, say: No., instead: Ask., quarantine: true"
    (verdict,) = judge_of(book_with(rule)).on_call(call("writes"))
    assert (verdict.action, verdict.rule, verdict.say, verdict.instead) == (Action.DENY, "a", "No.", "Ask.")
    assert verdict.quarantine
    assert verdict.deny_as is DenyAs.TOOL


def test_words_of_its_own() -> None:
    (said,) = judge_of(book_with(DENY)).on_call(call("escalates"))
    assert said.say == "A rule does not allow calls of this tool that escalates."
    held = "id: a, where: tool_call, match: {tool: Bash}, do: hold"
    (said,) = judge_of(book_with(held)).on_call(call())
    assert said.say == "A rule asks people first about calls of this tool."


def test_it_is_not_about_the_request() -> None:
    judge = judge_of(book_with(DENY, "id: h, effect: writes, do: hold"))
    assert (judge.verdict.action, judge.holds, judge.awake) == (Action.ALLOW, (), ())


def test_a_rule_in_shadow_is_heard() -> None:
    judge = judge_of(book_with(f"{DENY}, stage: shadow"))
    assert [one.rule for one in judge.on_call(call("escalates"), shadow=True)] == ["a"]


_rules = st.builds(
    lambda effects, unknown, do: f"effect: [{', '.join(effects)}], unknown: {unknown}, do: {do}",
    st.lists(st.sampled_from([one.value for one in Effect]), min_size=1, max_size=3, unique=True),
    st.sampled_from(["pass", "as-worst"]),
    st.sampled_from(["allow", "hold", "deny"]),
)
_calls = st.builds(ToolCall, st.just("Bash"), st.frozensets(st.sampled_from(list(Effect))), st.booleans())


@settings(max_examples=60, deadline=None)
@given(st.lists(_rules, max_size=4), _rules, _calls)
def test_one_more_rule_never_loosens(rules: list[str], more: str, made: ToolCall) -> None:
    def action(rules: list[str]) -> Action:
        book = book_with(*(f"id: r{number}, {rule}" for number, rule in enumerate(rules)))
        return max((one.action for one in judge_of(book).on_call(made)), default=Action.ALLOW)

    assert action([*rules, more]) >= action(rules)
    assert action([*rules, more]) == action([more, *rules])
