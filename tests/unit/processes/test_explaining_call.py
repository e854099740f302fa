"""What `policy explain --tool` says of a tool call."""

import json
from pathlib import Path

import pytest

from sidecar.cli.main import main
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
