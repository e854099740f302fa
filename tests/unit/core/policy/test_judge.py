"""The verdict on a call and on what was found in it."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.model.action import Action, DenyAs, How
from sidecar.core.model.place import Place
from sidecar.core.policy.explain import concluded
from sidecar.core.policy.facts import Found
from tests.unit.core.policy.samples import (
    CALLER,
    CLAUDE,
    FACTS,
    FOUND,
    book_of,
    book_with,
    compiled,
    found,
    founds,
    judge_of,
    policies,
    ruleset_of,
)

PASSES = "applies: {connections: [claude]}\nrecord: {when_full: pass}"


@pytest.mark.parametrize(
    ("heads", "policies", "note"),
    [
        ([PASSES], ("p0",), "the only one says so"),
        ([PASSES, PASSES], ("p0", "p1"), "all say so"),
        ([PASSES, ""], (), "one does not"),
        ([PASSES, "stage: shadow"], ("p0",), "one that is not in force has no say"),
        ([f"{PASSES}\nstage: shadow"], (), "nor can it let anything pass"),
        ([f"{PASSES}\nstage: shadow", ""], (), "beside one that does not"),
    ],
)
def test_who_passes_when_the_record_is_full(heads: list[str], policies: tuple[str, ...], note: str) -> None:
    book = book_of(*(f"policy: p{at}\n{head}" for at, head in enumerate(heads)))
    assert ruleset_of(book).passing_when_full == policies, note


def test_nothing_to_say_is_allow() -> None:
    judge = judge_of(book_with())
    assert (judge.verdict.action, judge.verdict.rule, judge.shadow) == (Action.ALLOW, None, ())
    assert judge.treat(FOUND) is None
    assert judge.places() == frozenset()
    assert judge.allowed_path is False


@pytest.mark.parametrize(
    ("rules", "winner", "note"),
    [
        (("id: m, detect: '*', do: mask", "id: d, detect: '*', do: deny"), "d", "deny over mask"),
        (("id: z, detect: '*', do: allow", "id: m, detect: '*', do: mask"), "m", "an allow never loosens"),
        (("id: t, detect: '*', do: mask, how: token", "id: r, detect: '*', do: mask"), "r", "redact over token"),
        (("id: h, detect: '*', do: mask, how: hash", "id: a, detect: '*', do: mask"), "a", "redact over hash"),
        (
            ("id: t, detect: '*', do: mask, how: token", "id: h, detect: '*', do: mask, how: last4"),
            "h",
            "last4 over token",
        ),
        (
            ("id: l, detect: '*', do: mask, how: last4", "id: h, detect: '*', do: mask, how: hash"),
            "h",
            "hash over last4",
        ),
        (
            ("id: b, detect: '*', do: deny, deny: {as: answer}", "id: a, detect: '*', do: deny"),
            "a",
            "an error over an answer",
        ),
        (("id: a, detect: '*', do: deny", "id: b, detect: '*', do: deny"), "b", "equals: by name"),
    ],
)
def test_the_strictest_wins(rules: tuple[str, ...], winner: str, note: str) -> None:
    for order in (rules, tuple(reversed(rules))):
        treatment = judge_of(book_with(*order)).treat(FOUND)
        assert treatment is not None
        assert treatment.rule == winner, note


def test_a_treatment_says_how_and_under_which_name() -> None:
    book = book_with(
        "id: m, detect: secret/*, do: mask, how: token, label: key",
        "id: d, detect: pii/*, do: deny, deny: {as: answer}",
    )
    masked, denied = judge_of(book).treat(FOUND), judge_of(book).treat(found(detector="pii/email"))
    assert masked is not None
    assert denied is not None
    assert (masked.how, masked.label, masked.say, masked.policy) == (How.TOKEN, "KEY", None, "p")
    assert (denied.how, denied.deny_as, denied.label) == (None, DenyAs.ANSWER, "AWS")
    assert denied.say == "The request holds text that may not pass here (pii/email)."


@pytest.mark.parametrize(
    ("head", "changed", "rule", "note"),
    [
        ("limits: {max_tokens: 1024}", {}, None, "at the limit"),
        ("limits: {max_tokens: 1023}", {}, "limits.max_tokens", "over it"),
        ("limits: {max_tokens: 1}", {"max_tokens": None}, None, "nothing asked for"),
        ("limits: {prompt_tokens: 499}", {}, "limits.prompt_tokens", "a prompt that is too long"),
        ("limits: {models: 'claude-*'}", {}, None, "a model that is allowed"),
        ("limits: {models: ['gpt-*', claude]}", {}, "limits.models", "a glob is for the whole name"),
        (
            "limits: {models: 'claude-opus*'}",
            {"models": ("claude-opus-4", "claude-haiku")},
            "limits.models",
            "one of a batch",
        ),
        ("limits: {models: 'claude-*'}", {"model": "", "models": ()}, None, "no model at all: nothing to refuse"),
        ("limits: {models: 'claude-*'}", {"model": "CLAUDE-opus"}, "limits.models", "an allow list is exact"),
    ],
)
def test_limits_of_one_request(head: str, changed: dict[str, object], rule: str | None, note: str) -> None:
    verdict = judge_of(book_with(head=head), **changed).verdict
    assert verdict.rule == rule, note
    assert verdict.action is (Action.DENY if rule else Action.ALLOW), note


def test_each_policy_has_its_own_list_of_models() -> None:
    book = book_of("{policy: a, limits: {models: 'claude-*'}}", "{policy: b, limits: {models: '*-haiku'}}")
    assert judge_of(book).verdict.policy == "b"
    assert judge_of(book, model="claude-haiku", models=()).verdict.action is Action.ALLOW
    assert ruleset_of(book).limits.models == (("claude-*",), ("*-haiku",))


@pytest.mark.parametrize(
    ("rule", "changed", "denied", "note"),
    [
        ("if: request.stream", {}, True, "a condition"),
        ("if: '!request.stream'", {}, False, "a condition that is false"),
        ("if: 'identity.groups[9] == \"x\"'", {}, True, "what cannot be evaluated restricts"),
        ("match: {media: 'image/*'}", {}, True, "media"),
        ("match: {media: 'IMAGE/png'}", {}, True, "media in another case"),
        ("match: {media: 'image/*'}", {"media": ()}, False, "no media"),
        ("match: {model: '*opus*'}", {}, True, "model"),
        ("match: {model: '*opus*'}", {"model": "Claude-OPUS", "models": ()}, True, "a restriction knows no case"),
        ("match: {model: '*opus*'}", {"model": "haiku", "models": ("haiku", "opus")}, True, "one model of a batch"),
        ("match: {model: '*opus*'}, if: 'false'", {}, False, "both are needed"),
        ("match: {model: '*haiku*'}, if: 'true'", {}, False, "both are needed, the other way round"),
    ],
)
def test_rules_about_the_call_itself(rule: str, changed: dict[str, object], denied: bool, note: str) -> None:
    verdict = judge_of(book_with(f"id: r, {rule}, do: deny, say: No."), **changed).verdict
    assert (verdict.action is Action.DENY) is denied, note
    assert verdict.say == ("No." if denied else None), note


@pytest.mark.parametrize(
    ("rule", "changed", "fits", "note"),
    [
        ("where: [prompt]", {}, True, "the place"),
        ("where: [response, thinking]", {}, False, "another place"),
        ("match: {path: 'messages[*].content'}", {}, True, "a path"),
        ("match: {path: '*.ssn'}", {}, False, "another path"),
        ("match: {tool: Bash}", {"tool": "Bash", "place": Place.TOOL_CALL}, True, "a tool"),
        ("match: {tool: Bash}", {"tool": "BashOutput", "place": Place.TOOL_CALL}, False, "a tool's whole name"),
        ("match: {tool: Bash}", {"tool": None, "place": Place.TOOL_RESULT}, True, "an unknown tool might be this one"),
        ("match: {tool: Bash}", {"tool": None}, False, "a prompt is of no tool"),
        ("match: {model: '*haiku*'}", {}, False, "for another model"),
        ("match: {media: 'image/*'}", {}, True, "with the media"),
        ("if: 'false'", {}, False, "the condition is false"),
    ],
)
def test_what_narrows_a_rule_on_text(rule: str, changed: dict[str, object], fits: bool, note: str) -> None:
    treatment = judge_of(book_with(f"id: r, detect: secret/*, {rule}, do: deny")).treat(found(**changed))
    assert (treatment is not None) is fits, note


def test_an_allow_that_cannot_be_evaluated_says_nothing() -> None:
    assert judge_of(book_with("id: a, if: 'identity.groups[9] == \"x\"', do: allow")).verdict.rule is None


def test_shadow_is_heard_and_not_followed() -> None:
    rule = "id: d, detect: '*', do: deny"
    call = "id: c, if: 'true', do: deny"
    for book in (
        book_with(f"{rule}, stage: shadow", f"{call}, stage: shadow"),
        book_with(
            rule, call, head="stage: shadow\nlimits: {max_tokens: 1, requests_per_minute: 1}\npaths: ['/v1/files']"
        ),
    ):
        judge = judge_of(book, path="/v1/files")
        assert judge.verdict.action is Action.ALLOW
        assert judge.treat(FOUND) is None
        assert judge.allowed_path is False
        assert "c" in [verdict.rule for verdict in judge.shadow]
        assert [treatment.rule for treatment in judge.treat_shadow(FOUND)] == ["d"]
        assert judge.places() == frozenset(Place)
        assert ruleset_of(book).limits.requests_per_minute is None
    assert "limits.max_tokens" in [verdict.rule for verdict in judge.shadow]


def test_an_allow_in_shadow_would_do_nothing() -> None:
    assert judge_of(book_with("id: a, detect: '*', do: allow, stage: shadow")).treat_shadow(FOUND) == ()


@pytest.mark.parametrize(
    ("allowed", "method", "path", "fits", "note"),
    [
        ("/v1/files*", "GET", "/v1/files/abc", True, "any method"),
        ("GET /v1/files*", "GET", "/v1/files", True, "this method"),
        ("GET /v1/files*", "DELETE", "/v1/files/abc", False, "another method"),
        ("/v1/files", "GET", "/v1/files/abc", False, "the whole path"),
        ("/v1/files*", "GET", "/v1/files/../messages", False, "a path that moves up"),
        ("/v1/files*", "GET", "/v1/files/./x", False, "a path that stands still"),
        ("/v1/files*", "GET", "/v1/files//x", False, "an empty step"),
        ("/v1/files*", "GET", "/v1/files/%2e%2e/messages", False, "what an upstream decodes"),
        ("/v1/files*", "GET", "/v1/files;x/y", False, "what an upstream cuts off"),
        ("/v1/files*", "GET", "/v1/files\\..\\messages", False, "a backslash"),
        ("/v1/files*", "GET", "/v1/files/\x01", False, "a control character"),
        ("/v1/files*", "GET", "/v1/filés", False, "beyond ASCII"),
        ("/v1/files/*", "GET", "/v1/files/", True, "a slash at the end"),
    ],
)
def test_paths_allowed_by_name(allowed: str, method: str, path: str, fits: bool, note: str) -> None:
    book = book_with(head=f"paths: ['{allowed}']")
    assert judge_of(book, method=method, path=path, endpoint="other").allowed_path is fits, note


@settings(max_examples=100, deadline=None)
@given(policies(), policies("q"), st.lists(founds, max_size=4), st.randoms())
def test_order_never_matters(
    one: dict[str, object], other: dict[str, object], places: list[Found], shuffle: random.Random
) -> None:
    before = ruleset_of(compiled([one, other])).judge(CALLER, CLAUDE, FACTS)
    shuffle.shuffle(one["rules"])  # type: ignore[arg-type]
    after = ruleset_of(compiled([other, one])).judge(CALLER, CLAUDE, FACTS)
    assert (before.verdict, before.shadow) == (after.verdict, after.shadow)
    for place in places:
        assert before.treat(place) == after.treat(place)
        assert before.treat_shadow(place) == after.treat_shadow(place)


@settings(max_examples=100, deadline=None)
@given(
    policies(), st.lists(founds, max_size=4), st.sampled_from(["detect: '*'", "detect: 'pii/*'", "if: request.stream"])
)
def test_one_more_deny_never_loosens(policy: dict[str, object], places: list[Found], what: str) -> None:
    key, _, value = what.partition(": ")
    stricter = {**policy, "rules": [*policy["rules"], {"id": "no", key: value.strip("'"), "do": "deny"}]}  # type: ignore[misc]
    before, after = judge_of(compiled([policy])), judge_of(compiled([stricter]))
    assert concluded(after, places).action >= concluded(before, places).action
    for place in places:
        was, is_ = before.treat(place), after.treat(place)
        assert was is None or (is_ is not None and is_.action >= was.action)


@settings(max_examples=100, deadline=None)
@given(policies(), policies("q"), st.lists(founds, max_size=4))
def test_one_more_policy_never_loosens(one: dict[str, object], other: dict[str, object], places: list[Found]) -> None:
    alone, both = judge_of(compiled([one])), judge_of(compiled([one, other]))
    assert concluded(both, places).action >= concluded(alone, places).action


class TestHolds:
    def test_every_rule_that_holds_is_named(self) -> None:
        judge = judge_of(
            book_with(
                "id: a, detect: '*', do: hold, approvals: 2",
                "id: b, detect: '*', do: hold, approvers: [sre]",
                "id: c, detect: '*', do: hold, stage: shadow",
                "id: d, detect: '*', do: mask",
                "id: e, if: 'true', do: hold",
            )
        )
        assert [one.rule for one in judge.treat_holds(FOUND)] == ["b", "a"]
        assert [one.rule for one in judge.holds] == ["e"]
        treatment = judge.treat(FOUND)
        assert treatment is not None
        assert treatment.action is Action.HOLD

    def test_when_people_let_it_go_the_strictest_of_the_rest_counts(self) -> None:
        rules = (
            "id: a, detect: '*', do: hold",
            "id: m, detect: '*', do: mask",
            "id: t, detect: '*', do: mask, how: token",
        )
        released = judge_of(book_with(*rules)).treat_if_released(FOUND)
        assert released is not None
        assert (released.rule, released.how) == ("m", How.REDACT)
        assert judge_of(book_with(rules[0])).treat_if_released(FOUND) is None

    def test_a_denial_is_stricter_and_a_mask_is_not(self) -> None:
        denied = judge_of(book_with("id: a, detect: '*', do: hold", "id: d, detect: '*', do: deny")).treat(FOUND)
        assert denied is not None
        assert denied.action is Action.DENY
