"""Cases about MCP servers and plain HTTP, played through as the gate would."""

from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.processes.policy_cases import Result, results, suite_of

POLICY = """
policy: p
paths: ['GET /orders*', 'POST /orders', 'DELETE /orders*']
rules:
  - {id: drops, effect: [destroys_data], do: deny, say: Nothing is destroyed., instead: Ask.}
  - {id: sends, where: [tool_call], match: {tool: send}, do: hold}
  - {id: people, mask: {fields: [ssn]}}
  - {id: words, match: {keywords: zephyr}, do: mask}
  - {id: lures, where: [tool_description], match: {keywords: wren}, do: deny}
  - {id: dark, where: [tool_call], match: {tool: look}, do: deny, stage: shadow}
"""
MCP = (
    ("goes", "connection: t, name: read_ticket, arguments: {id: 7}", "verdict: allow, effects: [reads]"),
    ("arguments", "connection: t, name: read, arguments: {a: zephyr}", "verdict: mask, rule: words, lacks: zephyr"),
    ("what it would do", "connection: t, name: run, arguments: {command: rm -rf /}",
     "verdict: deny, rule: drops, effects: [destroys_data, runs_code], contains: Ask."),
    ("asked about", "connection: t, name: send", "verdict: hold, rule: sends"),
    ("in shadow", "connection: t, name: look", "verdict: allow, shadow: dark"),
    ("a text", "connection: t, name: read, result: 'ssn: 536'",
     "verdict: mask, rule: people, findings: field/ssn, lacks: '536'"),
    ("blocks", "connection: t, name: read, result: [{type: text, text: zephyr}]", "verdict: mask, lacks: zephyr"),
    ("a whole result", "connection: t, name: read, result: {structuredContent: {ssn: 536, n: 1}}",
     "verdict: mask, lacks: '536', contains: SSN_"),
    ("a list", "connection: t, method: tools/list, result: {tools: [{name: a}, {name: b, description: a wren}]}",
     "verdict: allow, contains: a, lacks: wren"),
    ("another method", "connection: t, method: resources/read, params: {uri: zephyr}", "verdict: mask, effects: []"),
)  # fmt: skip
HTTP = (
    ("looks", "connection: o, path: /orders/7, answer: {ssn: 536}",
     "verdict: mask, effects: [reads], lacks: '536', contains: SSN_"),
    ("sends", "connection: o, method: POST, path: /orders, body: {a: zephyr}",
     "verdict: mask, effects: [leaves_machine], lacks: zephyr"),
    ("a text", "connection: o, method: POST, path: /orders, body: zephyr, answer: zephyr",
     "verdict: mask, lacks: zephyr"),
    ("a form", "connection: o, method: POST, path: /orders, body: a=zephyr, "
     "headers: {Content-Type: application/x-www-form-urlencoded}", "verdict: mask, lacks: zephyr"),
    ("removes", "connection: o, method: DELETE, path: /orders/7", "verdict: deny, rule: drops"),
    ("a socket at a policy that reads", "connection: o, path: /orders, upgrade: websocket",
     "verdict: deny, effects: [leaves_machine], contains: 'What passes in a WebSocket nobody here can read'"),
    ("a path that nobody opened", "connection: o, path: /users", "verdict: deny, contains: No policy allows"),
    ("a header", "connection: o, path: orders, headers: {X-Note: zephyr}", "verdict: deny, rule: words"),
    ("a type that nobody reads",
     "connection: o, method: POST, path: /orders, headers: {content-type: image/png}, body: x",
     "verdict: deny, contains: image/png"),
)  # fmt: skip


def results_of(folder: Path, case: str) -> list[Result]:
    file = folder / "p.yaml"
    file.write_text(f"{POLICY}\ntests:\n  - {{note: n, {case}}}\n")
    return list(results(suite_of(file)))


@pytest.mark.parametrize(("call", "expect"), [row[1:] for row in MCP], ids=[row[0] for row in MCP])
def test_mcp(tmp_path: Path, call: str, expect: str) -> None:
    assert results_of(tmp_path, f"mcp: {{{call}}}, expect: {{{expect}}}") == [Result("n", ())]


@pytest.mark.parametrize(("call", "expect"), [row[1:] for row in HTTP], ids=[row[0] for row in HTTP])
def test_http(tmp_path: Path, call: str, expect: str) -> None:
    assert results_of(tmp_path, f"http: {{{call}}}, expect: {{{expect}}}") == [Result("n", ())]


def test_a_case_that_does_not_hold_says_so(tmp_path: Path) -> None:
    (got,) = results_of(tmp_path, "mcp: {connection: t, name: run}, expect: {verdict: deny, effects: [reads]}")
    assert [line.partition(":")[0] for line in got.wrong] == ["verdict", "effects"]


def test_a_caller_that_no_policy_is_about(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(POLICY.replace("paths", "applies: {groups: [a]}\npaths"))
    file = tmp_path / "cases.yaml"
    file.write_text("policies: [p.yaml]\ncases: [{note: n, mcp: {connection: t, name: x}, expect: {verdict: nobody}}]")
    assert list(results(suite_of(file))) == [Result("n", ())]


MISTAKES = (
    ("two kinds", "prompt: hi, mcp: {connection: t}, expect: {verdict: allow}",
     r"p\.yaml:13: `prompt` and `mcp` cannot stand in one case"),
    ("both", "http: {connection: t}, mcp: {connection: t}, expect: {verdict: allow}", "`mcp` and `http` cannot stand"),
    ("a slip", "mcp: {connection: t, nam: x}, expect: {verdict: allow}", "did you mean 'name'"),
    ("no connection", "http: {path: /}, expect: {verdict: allow}", r"p\.yaml:13: tests.0.http.connection: is required"),
)  # fmt: skip


@pytest.mark.parametrize(("case", "says"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_mistakes_have_their_line(tmp_path: Path, case: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        results_of(tmp_path, case)


def test_a_socket_opens_where_its_policy_says_so(tmp_path: Path) -> None:
    file = tmp_path / "live.yaml"
    case = "{note: n, http: {connection: o, path: /feed, upgrade: websocket%s}, expect: {verdict: allow}}"
    head = "policy: live\npaths: ['GET /feed']\nupgrades: [websocket]\nrules: [{id: a, detect: [pii/*], do: mask}]\n"
    file.write_text(f"{head}tests: [{case % ''}]\n")
    assert [one.wrong for one in results(suite_of(file))] == [()]
    file.write_text(f"{head}tests: [{case % ', answer: x'}]\n")
    with pytest.raises(ConfigurationError, match="judged by nobody"):
        suite_of(file)
