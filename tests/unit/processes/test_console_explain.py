"""A pasted request, judged by the policies on this machine."""

import json
from pathlib import Path

import pytest

from sidecar.control.web.questions.asking import NotReadable
from sidecar.control.web.questions.rehearsed import Asker, Explained
from sidecar.processes.console_explain import rehearsal_of
from sidecar.settings.load import load
from sidecar.settings.values import Settings

POLICY = """
policy: p
applies: {groups: [engineering]}
rules:
  - {id: mails, detect: [pii/email], do: mask, how: token}
  - {id: owls, match: {keywords: owl}, do: deny, say: No owls.}
  - {id: try, match: {keywords: wren}, do: deny, stage: shadow}
"""
ADA = Asker("ada", ("engineering",), "claude", "/v1/messages")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "p.yaml").write_text(POLICY)
    (tmp_path / "gatehouse.yaml").write_text("policies: [p.yaml]\ndevelopment: {identity: true}\n")
    return load(tmp_path / "gatehouse.yaml")


def asked(settings: Settings, text: str, asker: Asker = ADA) -> Explained:
    return rehearsal_of(settings, asker, text.encode())


def test_what_passes_and_which_rule_put_what_there(settings: Settings) -> None:
    found = asked(settings, "write to jo@example.com")
    assert (found.verdict, found.policy, found.rule) == ("mask", "p", "mails")
    (line,) = [one for one in found.lines if one.rule == "mails"]
    (kept,) = line.found
    assert (line.applies, line.does, kept.detector) == (True, "mask, token", "pii/email")
    assert found.placeholders == {kept.placeholder: "mails"}
    assert found.passes == f"write to {kept.placeholder}"
    assert "jo@example.com" not in repr(found)
    assert "1 messages" in found.facts


def test_a_denial_a_rule_in_shadow_and_a_request_as_json(settings: Settings) -> None:
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "an owl and a wren"}]}
    assert "messages\n" in asked(settings, json.dumps({**body, "messages": []})).passes
    found = asked(settings, json.dumps(body))
    assert (found.verdict, found.rule) == ("deny", "owls")
    assert "No owls." in found.passes
    assert {one.rule for one in found.lines if one.shadow} == {"try"}
    assert "model m" in found.facts


def test_whom_no_policy_is_about(settings: Settings) -> None:
    found = asked(settings, "hello", Asker("eve", (), "claude", "/v1/messages"))
    assert (found.verdict, found.lines) == ("nobody", [])


def test_files_are_read_anew(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(POLICY.replace("owl", "finch"))
    assert asked(settings, "an owl").verdict == "allow"
    (tmp_path / "p.yaml").write_text("policy: [")
    with pytest.raises(NotReadable, match="cannot be read"):
        asked(settings, "an owl")


def test_what_only_looks_like_json(settings: Settings) -> None:
    with pytest.raises(NotReadable, match="begins like JSON"):
        asked(settings, '{"model": ')


SERVERS = """
connections:
  - {name: claude, kind: claude, url: "https://api.anthropic.com"}
  - {name: tickets, kind: mcp, url: "https://tickets.internal/mcp"}
  - {name: orders, kind: http, url: "https://orders.internal"}
"""


@pytest.fixture
def servers(tmp_path: Path, settings: Settings) -> Settings:
    assert settings.policies
    rules = "  - {id: drops, effect: [destroys_data], do: deny, say: Nothing is destroyed.}\n"
    (tmp_path / "p.yaml").write_text(POLICY + rules + "paths: ['/orders*']\n")
    (tmp_path / "gatehouse.yaml").write_text(f"policies: [p.yaml]\ndevelopment: {{identity: true}}\n{SERVERS}")
    return load(tmp_path / "gatehouse.yaml")


def test_a_message_to_an_mcp_server(servers: Settings) -> None:
    tickets = Asker("ada", ("engineering",), "tickets", "/v1/messages")
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "run"}}
    found = asked(
        servers, json.dumps(message | {"params": {"name": "run", "arguments": {"command": "rm -rf /"}}}), tickets
    )
    assert (found.verdict, found.rule, found.facts) == ("deny", "drops", "tools/call mcp__tickets__run")
    assert [one.rule for one in found.lines if one.applies and not one.shadow][-1] == "drops"
    assert asked(servers, json.dumps(message), tickets).verdict == "allow"
    with pytest.raises(NotReadable, match="tools/call"):
        asked(servers, "hello", tickets)


def test_a_tool_that_a_policy_describes(servers: Settings, tmp_path: Path) -> None:
    tickets = Asker("ada", ("engineering",), "tickets", "/v1/messages")
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "ponder"}})
    assert asked(servers, message, tickets).verdict == "allow"
    described = "understand: {tools: {mcp__tickets__ponder: destroys_data}}\n"
    (tmp_path / "p.yaml").write_text((tmp_path / "p.yaml").read_text() + described)
    assert asked(servers, message, tickets).rule == "drops"


def test_a_request_over_plain_http(servers: Settings) -> None:
    orders = Asker("ada", ("engineering",), "orders", "/v1/messages")
    found = asked(servers, 'POST /orders\n\n{"to": "jo@example.com"}', orders)
    assert (found.verdict, found.facts) == ("mask", "POST /orders")
    assert "jo@example.com" not in found.passes
    assert asked(servers, "DELETE /orders/7", orders).rule == "drops"
    with pytest.raises(NotReadable, match="POST /orders"):
        asked(servers, "hello", orders)
