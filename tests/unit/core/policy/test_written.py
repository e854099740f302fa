"""A policy as written: strict types, nothing empty, nothing unknown."""

import pytest
from pydantic import ValidationError

from sidecar.core.policy.written import CasesWritten, PolicyWritten

RULE = {"id": "a", "detect": "pii/*", "do": "mask"}


@pytest.mark.parametrize(
    ("policy", "note"),
    [
        ({}, "the least"),
        ({"rules": [RULE]}, "a rule"),
        (
            {
                "rules": [
                    {**RULE, "do": "hold", "approvers": ["sre"], "timeout": "10m", "approvals": 1, "effect": ["writes"]}
                ]
            },
            "a hold on a tool call",
        ),
        ({"rules": [{**RULE, "do": "deny", "deny": {"as": "answer"}, "say": "No."}]}, "a denial as an answer"),
        (
            {"tests": [{"note": "n", "prompt": "x", "answer": [{"type": "text"}], "expect": {"verdict": "allow"}}]},
            "a case",
        ),
    ],
)
def test_what_may_be_written(policy: dict[str, object], note: str) -> None:
    assert PolicyWritten.model_validate({"policy": "p", **policy}).policy == "p", note


@pytest.mark.parametrize(
    ("policy", "place"),
    [
        ({"policy": None}, ("policy",)),
        ({"limits": {"max_tokens": "60"}}, ("limits", "max_tokens")),
        ({"limits": {"max_tokens": True}}, ("limits", "max_tokens")),
        ({"limits": {"max_tokens": None}}, ("limits", "max_tokens")),
        ({"limits": {"max_tokens": -1}}, ("limits", "max_tokens")),
        ({"limits": {"requests_per_minute": 10**7}}, ("limits", "requests_per_minute")),
        ({"applies": {"groups": None}}, ("applies", "groups")),
        ({"applies": {"groups": []}}, ("applies", "groups")),
        ({"stage": True}, ("stage",)),
        ({"rules": [{**RULE, "if": None}]}, ("rules", 0, "if")),
        ({"rules": [{**RULE, "where": ["prompts"]}]}, ("rules", 0, "where", 0)),
        ({"rules": [{**RULE, "if_": "true"}]}, ("rules", 0, "if_")),
        ({"rules": {"a": RULE}}, ("rules",)),
        ({"tests": [{"note": "n", "expect": {"verdict": "no"}}]}, ("tests", 0, "expect", "verdict")),
    ],
)
def test_what_may_not(policy: dict[str, object], place: tuple[object, ...]) -> None:
    with pytest.raises(ValidationError) as raised:
        PolicyWritten.model_validate({"policy": "p", **policy})
    assert place in [error["loc"] for error in raised.value.errors()]


def test_cases_name_their_policies() -> None:
    case = {"note": "n", "expect": {"verdict": "allow"}}
    assert CasesWritten.model_validate({"policies": "p.yaml", "cases": [case]}).policies == ("p.yaml",)
    with pytest.raises(ValidationError):
        CasesWritten.model_validate({"cases": [case]})
