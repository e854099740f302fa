"""Conditions in CEL: what is a mistake of the author, and what a condition says about a call."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.model.caller import Caller
from sidecar.core.policy.condition import MAX_MODELS, MAX_TOOLS, Subject, checked, compiled
from sidecar.core.policy.facts import RequestFacts
from tests.unit.core.policy.samples import CALLER, CLAUDE, FACTS


def holds(source: str, caller: Caller = CALLER, facts: RequestFacts = FACTS) -> bool | None:
    return compiled(source).holds(Subject(caller, CLAUDE, facts))


@pytest.mark.parametrize(
    ("source", "says", "note"),
    [
        ("1 +", "expected a CEL expression; at character 4: mismatched input '<EOF>'", "syntax"),
        ("", "expected a CEL expression", "nothing"),
        ("reqest.stream", "unknown name 'reqest'; did you mean 'request'?", "a name"),
        ("request.modle == 'x'", "request has no field 'modle'; did you mean 'model'?", "a field"),
        ('request["modle"] == "x"', "request has no field 'modle'", "a field, the other way to write it"),
        ("has(request.modle)", "request has no field 'modle'", "a field in a macro"),
        ("true || request.modle == 'x'", "request has no field 'modle'", "a field that is never looked at"),
        ("identity.groups.exist(g, g == 'x')", "unknown function 'exist'; did you mean 'exists'?", "a macro"),
        ("lower(request.model) == 'x'", "unknown function 'lower'", "a function"),
        ("request.model", "expected a condition that is true or false; this one gives str", "no condition"),
        ("request.max_tokens > '5'", "cannot be evaluated: No such overload", "types"),
        ("request.model.matches('(')", "cannot be evaluated", "a regular expression"),
        ("true" + " && true" * 400, "longer than 2000 characters", "length"),
        ("(" * 1500, "expected a CEL expression", "depth"),
    ],
)
def test_mistakes(source: str, says: str, note: str) -> None:
    with pytest.raises(ValueError, match=r".+") as raised:
        checked(source)
    assert says in str(raised.value), note


@pytest.mark.parametrize(
    "source",
    [
        'identity.groups.exists(g, g == "contractors") && request.model.contains("opus")',
        '"request.foo" == request.model',
        "request.stream // request.foo",
        "request.tools.all(request, request.size() > 0)",
        'identity.groups[3] == "x"',
        "connection.kind == 'claude' && connection.name in ['claude', 'other']",
        r"request.path.matches('^/v1/\\w+$')",
    ],
)
def test_what_is_right_comes_back(source: str) -> None:
    assert checked(source) == source


@pytest.mark.parametrize(
    ("source", "expected", "note"),
    [
        ("identity.subject == 'ada' && identity.provider == 'company'", True, "identity"),
        ("'engineering' in identity.groups", True, "groups"),
        ("identity.claimed_session == ''", True, "a text that is missing is empty, never null"),
        ("request.max_tokens == 1024 && request.prompt_tokens == 500", True, "numbers"),
        ("request.tools.exists(t, t.startsWith('mcp__'))", True, "tools"),
        ("request.media == ['image/png'] && request.messages == 3", True, "media"),
        ("request.method == 'POST' && request.endpoint == 'messages'", True, "the endpoint"),
        ("connection.name == 'tickets'", False, "connection"),
        ("identity.groups[9] == 'x'", None, "what cannot be evaluated"),
        ("1 / (request.messages - 3) == 1", None, "a division by zero"),
        ("request.stream ? true : false", True, "a choice"),
    ],
)
def test_what_holds(source: str, expected: bool | None, note: str) -> None:
    assert holds(source) is expected, note


@pytest.mark.parametrize(
    ("changed", "source", "expected", "note"),
    [
        ({"max_tokens": None}, "request.max_tokens == 0", True, "a number that is missing is 0"),
        ({"max_tokens": 10**40}, "request.max_tokens > 1000", True, "a number beyond 64 bits"),
        ({"model": "a", "models": ("a", "b")}, "request.model == 'b'", True, "any model of a batch"),
        ({"model": "a", "models": ("a", "b")}, "request.models == ['a', 'b']", True, "or all of them"),
        ({"models": tuple(map(str, range(MAX_MODELS + 1)))}, "request.model == 'x'", None, "too many models to ask"),
        ({"tools": ("t",) * (MAX_TOOLS + 1)}, "false", None, "too many tools to look through"),
        ({"path": "\ud800"}, "false", None, "a text that CEL cannot hold"),
    ],
)
def test_odd_calls(changed: dict[str, object], source: str, expected: bool | None, note: str) -> None:
    assert holds(source, facts=replace(FACTS, **changed)) is expected, note


TOKENS = st.sampled_from(
    [
        *(
            "identity",
            "request",
            "connection",
            "groups",
            "model",
            "stream",
            "tools",
            "exists",
            "map",
            "has",
            "size",
            "g",
        ),
        *(".", "[", "]", "(", ")", "&&", "||", "!", "==", "<", ">", "+", "-", "*", "/", "%", "?", ":", ",", "in", " "),
        *("'a'", '"b"', "1", "1u", "2.5", "true", "null", "//", "r'", "é", "\\", "99999999999999999999"),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=40), st.lists(TOKENS, max_size=12).map("".join)))
def test_any_text_is_a_condition_or_a_mistake(text: str) -> None:
    try:
        checked(text)
    except ValueError:
        return
    assert holds(text) in (True, False, None)
