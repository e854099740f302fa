"""Explanations of whole calls, as text and as JSON."""

import json

import pytest

from sidecar.cli.policy_explain import Explained, as_json, as_text, explained
from sidecar.cli.rehearsal import Call, prompt_body, rehearsed
from sidecar.core.model.caller import Caller
from sidecar.core.policy.book import Book, PolicySource, compile_book

POLICY = """
policy: p
applies: {groups: [eng]}
limits: {max_tokens: 100}
rules:
  - {id: z, match: {keywords: zephyr}, where: [prompt], do: mask, how: token}
  - {id: o, match: {keywords: owl}, do: deny, stage: shadow}
  - {id: c, if: request.stream, do: deny}
  - {id: m, match: {model: 'claude-*'}, do: allow}
"""
BOOK: Book = compile_book([PolicySource("p.yaml", POLICY)], ())


def call(prompt: str, *groups: str) -> Call:
    return Call(Caller("ada", "company", groups), "claude", "/v1/messages", prompt_body(prompt))


def of(prompt: str, *groups: str) -> Explained:
    return explained(BOOK, call(prompt, *groups))


@pytest.mark.parametrize("prompt", ["hi", "zephyr", "zephyr and an owl"])
def test_listening_changes_nothing(prompt: str) -> None:
    assert of(prompt, "eng").outcome == rehearsed(BOOK, call(prompt, "eng"))


@pytest.mark.parametrize("prompt", ["hi", "zephyr", "an owl"])
def test_the_explanation_is_the_decision(prompt: str) -> None:
    what = of(prompt, "eng")
    assert what.explanation is not None
    verdict = what.explanation.verdict
    assert (verdict.action.name.lower(), verdict.rule) == (what.outcome.verdict, what.outcome.rule)


def test_text() -> None:
    lines = list(as_text(of("zephyr and an owl", "eng")))
    assert lines[2] == "policies: p"
    assert [line.split(maxsplit=1)[0] for line in lines if line.startswith("  p/")] == [
        *("p/z", "p/o", "p/c", "p/m"),
        "p/limits.max_tokens",
    ]
    said = "\n".join(lines)
    assert "found rule/p/z at messages[0].content, now [PRIVATE_" in said
    assert "deny (shadow)" in said
    assert "verdict: deny by p/limits.max_tokens: deny is stricter than mask (p/z)" in said
    assert "zephyr" not in said


def test_nobody() -> None:
    lines = list(as_text(of("hi")))
    assert lines[-1].startswith("verdict: nobody: No policy at this gate applies to ada")
    assert as_json(of("hi"))["rules"] == []


def test_json_is_json() -> None:
    shown = json.loads(json.dumps(as_json(of("zephyr", "eng"))))
    assert shown["verdict"] == "deny"
    assert [limit["limit"] for limit in shown["limits"]] == ["limits.max_tokens"]
    (found,) = shown["rules"][0]["found"]
    assert (found["detector"], found["place"], found["path"]) == ("rule/p/z", "prompt", "messages[0].content")
    assert shown["rules"][2] | {"found": []} == {
        "policy": "p",
        "rule": "c",
        "do": "deny",
        "how": None,
        "stage": "enforce",
        "looked": False,
        "idle": "its `if` is false",
        "applies": False,
        "found": [],
    }
