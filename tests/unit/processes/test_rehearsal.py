"""Calls judged without a gate."""

import json

import pytest

from sidecar.core.model.caller import Caller
from sidecar.core.policy.book import PolicySource, compile_book
from sidecar.processes.rehearsal import Call, Outcome, prompt_body, rehearsed

POLICY = """
policy: p
applies: {subjects: [ada]}
rules:
  - {id: t, match: {keywords: zephyr}, do: mask, how: token, where: [prompt]}
  - {id: r, match: {keywords: owl}, do: mask, where: [response, tool_call]}
  - {id: d, match: {keywords: bluebird}, do: deny, say: No.}
  - {id: a, match: {keywords: robin}, do: deny, say: No., deny: {as: answer}}
  - {id: s, match: {keywords: wren}, do: deny, stage: shadow}
"""
BOOK = compile_book([PolicySource("p.yaml", POLICY)], ())


def outcome(prompt: str, answer: list[object] | None = None, subject: str = "ada") -> Outcome:
    return rehearsed(BOOK, Call(Caller(subject, "company"), "claude", "/v1/messages", prompt_body(prompt), answer))


def text(said: str) -> list[object]:
    return [{"type": "text", "text": said}]


@pytest.mark.parametrize(
    ("prompt", "answer", "verdict", "rule", "note"),
    [
        ("hi", None, "allow", None, "nothing"),
        ("zephyr", None, "mask", "t", "a mask"),
        ("zephyr bluebird", None, "deny", "d", "a denial"),
        ("robin", None, "deny", "a", "a denial as an answer"),
        ("hi", text("an owl"), "mask", "r", "a mask in the answer"),
        ("zephyr", text("hi"), "mask", "t", "a mask in the request only"),
        ("hi", text("a bluebird"), "deny", "d", "a denial in the answer"),
        ("hi", [{"type": "tool_use", "id": "t", "name": "X", "input": {"a": "owl"}}], "mask", "r", "a tool's input"),
    ],
)
def test_verdicts(prompt: str, answer: list[object] | None, verdict: str, rule: str | None, note: str) -> None:
    got = outcome(prompt, answer)
    assert (got.verdict, got.rule) == (verdict, rule), note
    assert not {"bluebird", "owl"} & set(got.text.split()), note


def test_what_passes_is_shown_decoded() -> None:
    assert 'a "quoted" word' in outcome('a "quoted" word').text.splitlines()
    assert "No." in outcome("robin").text
    assert outcome("hi", text("an answer")).text.splitlines()[-1] != "hi"


def test_nobody() -> None:
    got = outcome("hi", subject="eve")
    assert (got.verdict, got.rule) == ("nobody", None)
    assert "eve" in got.text


def test_shadow_and_findings() -> None:
    got = outcome("zephyr wren", text("wren owl"))
    assert got.shadow == ("s",)
    assert [finding["rule"] for finding in got.findings] == ["t", "r"]
    assert "wren" in got.text


def test_the_same_every_time() -> None:
    assert outcome("zephyr") == outcome("zephyr")
    assert json.loads(prompt_body("é"))["messages"] == [{"role": "user", "content": "é"}]
