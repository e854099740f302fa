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
