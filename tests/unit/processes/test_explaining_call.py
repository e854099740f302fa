"""What `policy explain --tool` says of a tool call."""

import json
from pathlib import Path

import pytest

from sidecar.cli.main import main
from sidecar.core.exchange.calls import DESCRIBE
from sidecar.processes.explaining_call import input_of

POLICY = """
policy: tools
rules:
  - {id: destroys, effect: [destroys_data], do: deny, say: Nothing is destroyed here., instead: Move it.}
  - {id: installs, effect: [installs], do: hold}
"""


@pytest.mark.parametrize(
    ("note", "given", "code", "verdict", "rule"),
    [
        ("harmless", "ls -l", 0, "allow", None),
        ("a command as words", "rm -fr /srv", 1, "deny", "destroys"),
        ("an input as JSON", '{"command": "rm -fr /srv"}', 1, "deny", "destroys"),
        ("words about a command", "echo 'rm -rf /srv'", 0, "allow", None),
        ("held", "pip install requests", 1, "hold", "installs"),
        ("what nobody can read", "$(cat x) $y", 1, "deny", "destroys"),
    ],
)
def test_a_call(
    note: str, given: str, code: int, verdict: str, rule: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.yaml").write_text(POLICY)
    words = ["policy", "explain", "--policy", str(tmp_path / "p.yaml"), "--tool", "Bash", "--input", given]
    assert main([*words, "--json"]) == code
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["rule"]) == (verdict, rule)
    assert main(words) == code
    shown = capsys.readouterr().out
    assert f"verdict: {verdict}" in shown
    assert ("the agent reads:" in shown) is (verdict == "deny")
    assert ("    instead: Move it." in shown) is (verdict == "deny")
    assert "toolu_rehearsal" not in shown


def test_input_of() -> None:
    assert input_of('{"a": 1}') == {"a": 1}
    assert input_of("[1]") == {"command": "[1]"}
    assert input_of("ls") == {"command": "ls"}


OURS = """
policy: ours
understand:
  programs:
    acmectl: reads
    acmectl delete: [deletes, destroys_data]
  tools:
    mcp__zen__*: harmless
rules:
  - {id: careful, effect: [destroys_data, unknown], do: deny, unknown: as-worst, say: Not here.}
tests:
  - {note: it reads, tool: {name: Bash, input: acmectl frob web}, expect: {verdict: allow, effects: [reads]}}
  - {note: it deletes, tool: {name: Bash, input: acmectl delete web}, expect: {verdict: deny}}
  - {note: a tool, mcp: {connection: zen, name: ponder}, expect: {verdict: allow, effects: []}}
  - {note: another's, mcp: {connection: yoga, name: ponder}, expect: {verdict: deny, effects: [unknown]}}
"""
HOW = "understand: {programs: {scancel: [writes]}}"


@pytest.mark.parametrize(
    ("note", "words", "code", "shown"),
    [
        (
            "as described",
            ["Bash", "--input", "acmectl frob web"],
            0,
            "described by policy ours, line 5: acmectl frob web",
        ),
        ("the longer words", ["Bash", "--input", "acmectl delete x"], 1, "described by policy ours, line 6"),
        ("harmless", ["mcp__zen__ponder", "--input", "{}"], 0, "described by policy ours, line 8: harmless"),
        (
            "by its connection",
            ["ponder", "--input", "{}", "--kind", "mcp", "--connection", "zen"],
            0,
            "line 8: harmless",
        ),
        ("how to describe it", ["Bash", "--input", "scancel -u ada"], 1, HOW),
        ("what the agent reads", ["Bash", "--input", "scancel -u ada"], 1, DESCRIBE),
        ("and over MCP", ["frob", "--input", "{}", "--kind", "mcp", "--connection", "zen2"], 1, DESCRIBE),
        (
            "and how",
            ["frob", "--input", "{}", "--kind", "mcp", "--connection", "zen2"],
            1,
            "{mcp__zen2__frob: [writes]}",
        ),
    ],
)
def test_what_policies_describe(
    note: str, words: list[str], code: int, shown: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.yaml").write_text(OURS)
    assert main(["policy", "explain", "--policy", str(tmp_path / "p.yaml"), "--tool", *words]) == code
    assert shown in capsys.readouterr().out


def test_cases_are_judged_as_their_policy_describes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.yaml").write_text(OURS)
    assert main(["policy", "test", str(tmp_path / "p.yaml")]) == 0
    assert "4 cases, 0 failed" in capsys.readouterr().out


def test_what_stops_for_another_reason_is_not_to_be_described(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.yaml").write_text(OURS)
    main(["policy", "explain", "--policy", str(tmp_path / "p.yaml"), "--tool", "Bash", "--input", "rm -rf /srv"])
    assert DESCRIBE not in capsys.readouterr().out
