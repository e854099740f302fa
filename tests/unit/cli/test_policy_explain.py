"""Explanations of whole calls, as text and as JSON."""

import json

import pytest

from sidecar.cli.policy_explain import as_json, as_text
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Kind
from sidecar.core.policy.book import Book, PolicySource, compile_book
from sidecar.processes.explaining import Explained, explained
from sidecar.processes.rehearsal import Call, mcp_body, prompt_body, rehearsed

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
        "calls": [],
        "policy": "p",
        "rule": "c",
        "do": "deny",
        "how": None,
        "stage": "enforce",
        "terms": None,
        "looked": False,
        "idle": "its `if` is false",
        "applies": False,
        "found": [],
    }


HOLDING = """
policy: p
rules:
  - id: h
    match: {keywords: zephyr}
    do: hold
    approvers: [sre, ops]
    approvals: 2
    timeout: 90s
    rationale: required
    reuse: 1h
  - {id: i, if: 'true', do: hold}
  - {id: j, match: {keywords: owl}, do: hold, stage: shadow}
"""


def test_a_hold_says_who_is_asked_and_for_how_long() -> None:
    what = explained(compile_book([PolicySource("p.yaml", HOLDING)], ()), call("zephyr and an owl"))
    lines = list(as_text(what))
    assert lines[-3].startswith("verdict: hold by p/i")
    assert lines[-2:] == [
        "people are asked by p/h: 2 different people of ops or sre, within 90 seconds, who must say why, "
        "for this call, or for the session for 1 hour",
        "people are asked by p/i: 1 person who may review, within 10 minutes",
    ]
    shown = json.loads(json.dumps(as_json(what)))
    assert shown["verdict"] == "hold"
    assert shown["rules"][0]["terms"] == {
        "approvers": ["ops", "sre"],
        "approvals": 2,
        "timeout": 90.0,
        "rationale": "required",
        "reuse": 3600.0,
    }


SERVERS: Book = compile_book(
    [
        PolicySource(
            "s.yaml",
            """
policy: s
paths: ['/orders*']
rules:
  - {id: drops, effect: [destroys_data], do: deny}
  - {id: asks, where: [tool_call], match: {tool: send}, do: hold}
  - {id: dark, effect: [reads], do: deny, stage: shadow}
""",
        )
    ],
    (),
)


def served(kind: Kind, path: str = "", body: bytes = b"", method: str = "POST") -> Explained:
    return explained(SERVERS, Call(Caller("ada", "company"), "t", path, body, method=method, kind=kind))


CALLS = (
    ("a denied tool", served(Kind.MCP, body=mcp_body("tools/call", {"name": "drop_table"})), "drops"),
    ("a held one", served(Kind.MCP, body=mcp_body("tools/call", {"name": "send"})), "asks"),
    ("over HTTP", served(Kind.HTTP, "/orders/7", method="DELETE"), "drops"),
    ("that looks", served(Kind.HTTP, "/orders/7", method="GET"), None),
)


@pytest.mark.parametrize(("what", "rule"), [row[1:] for row in CALLS], ids=[row[0] for row in CALLS])
def test_rules_on_calls_are_explained_where_the_agent_calls(what: Explained, rule: str | None) -> None:
    assert what.explanation is not None
    assert (what.outcome.rule, what.explanation.verdict.rule) == (rule, rule)
    acting = [one["rule"] for one in as_json(what)["rules"] if one["applies"] and one["calls"]]  # type: ignore[attr-defined]
    assert acting == [rule or "dark"]
    text = "\n".join(as_text(what))
    assert ("applies to mcp__t__" in text) is (what.call.kind is Kind.MCP)
    assert ("applies to http__t (" in text) is (what.call.kind is Kind.HTTP)
