"""`gatehouse policy`: what it prints, and how it ends."""

import io
import json
from pathlib import Path

import pytest

from sidecar.cli.main import main

CASES = Path(__file__).parents[2] / "cases" / "policy"
STARTER = Path(__file__).parents[3] / "sidecar" / "rulebook" / "starter.yaml"
POLICY = str(CASES / "engineering.yaml")


def policy(*words: str) -> int:
    return main(["policy", *words])


def test_check_says_ok_for_each_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert policy("check", POLICY, str(STARTER)) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [f"{POLICY}: ok", f"{STARTER}: ok"]
    assert said.err == ""


def test_check_notes_what_may_go_unrecorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "docs.yaml"
    file.write_text("policy: docs\napplies: {connections: [docs, 'wiki-*']}\nrecord: {when_full: pass}\n")
    assert policy("check", str(file)) == 0
    note = "note: while the record is full, policy docs lets calls pass unrecorded (connections: docs, wiki-*)"
    assert capsys.readouterr().out.splitlines() == [f"{file}: ok", note]
    file.write_text("policy: docs\nrecord: {when_full: pass}\n")
    assert policy("check", str(file)) == 2
    assert f"{file}:2: record.when_full: `pass` is for connections by name" in capsys.readouterr().err


def test_check_notes_what_passes_unread_although_rules_would_read_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "live.yaml"
    head = "policy: live\nupgrades: [websocket]\nrules:\n"
    file.write_text(f"{head}  - {{id: keys, detect: ['secret/*'], do: mask}}\n  - {{id: all, if: 'true', do: hold}}\n")
    assert policy("check", str(file)) == 0
    note = "note: policy live lets websocket pass unread: nothing in its frames is masked or found by keys"
    assert capsys.readouterr().out.splitlines() == [f"{file}: ok", note]
    file.write_text(f"{head}  - {{id: all, if: 'true', do: hold}}\n")
    assert policy("check", str(file)) == 0
    assert capsys.readouterr().out.splitlines() == [f"{file}: ok"]


def test_ten_mistakes_are_ten_lines(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(CASES / "ten-mistakes.yaml")
    assert policy("check", file) == 2
    said = capsys.readouterr()
    expected = (CASES / "ten-mistakes.txt").read_text().replace("policy.yaml:", f"{file}:")
    assert said.err.splitlines() == expected.splitlines()
    assert len(said.err.splitlines()) == 10
    assert said.out == ""


def test_one_bad_file_hides_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    binary, broken, huge = tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "c.yaml"
    binary.write_bytes(b"\xff\xfe")
    broken.write_text("policy: [")
    huge.write_text("#" * (5 << 20))
    assert policy("check", str(tmp_path), str(binary), str(broken), str(huge), str(tmp_path / "none"), POLICY) == 2
    said = capsys.readouterr()
    assert said.out.splitlines() == [f"{POLICY}: ok"]
    assert [line.removeprefix(str(tmp_path)).partition(": ")[::2] for line in said.err.splitlines()] == [
        ("", "cannot be read: Is a directory"),
        ("/a.yaml", "is not UTF-8 text"),
        ("/b.yaml:1", "not valid YAML: expected the node content, but found '<stream end>'"),
        ("/c.yaml", "is larger than 4 MiB"),
        ("/none", "cannot be read: No such file or directory"),
    ]


def test_the_same_policy_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "copy.yaml"
    copy.write_text(Path(POLICY).read_text())
    assert policy("check", POLICY, str(copy)) == 2
    assert f"{copy}:1: policy: 'engineering' is already in {POLICY}" in capsys.readouterr().err


SHIPPED = sorted(STARTER.parent.glob("*.yaml"))
COME_ALONG = [*SHIPPED, CASES / "engineering-cases.yaml", CASES / "holding-cases.yaml"]


@pytest.mark.parametrize("file", COME_ALONG, ids=lambda file: file.name)
def test_the_cases_that_come_with_the_project(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = policy("test", str(file))
    lines = capsys.readouterr().out.splitlines()
    assert code == 0, "\n".join(line for line in lines if not line.startswith("ok"))
    assert lines[-1].endswith(" 0 failed")
    assert len(lines) > 8


def test_without_a_file_the_starter_is_tested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert policy("test") == 0
    assert str(STARTER) in capsys.readouterr().out


def test_a_case_that_fails_says_what_was_expected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("policy: p\ntests: [{note: n, prompt: hello, expect: {verdict: deny, lacks: hello}}]")
    assert policy("test", str(file)) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"FAIL  {file}: n",
        "      verdict: expected deny, got allow",
        "      lacks: 'hello' is in what passes",
        "1 cases, 1 failed",
    ]
    assert policy("test", "--json", str(file)) == 1
    assert json.loads(capsys.readouterr().out)["failed"] == 1


def request(tmp_path: Path, content: str) -> str:
    file = tmp_path / "request.json"
    body = {"model": "claude-opus-4", "max_tokens": 9, "messages": [{"role": "user", "content": content}]}
    file.write_text(json.dumps(body))
    return str(file)


def explain(*words: str, file: str) -> list[str]:
    return ["explain", "--policy", POLICY, "--subject", "ada", "--group", "engineering", "--request", file, *words]


def test_explain_names_every_rule_and_no_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert policy(*explain(file=request(tmp_path, "project zephyr, ada@example.com"))) == 0
    said = capsys.readouterr().out
    assert "caller: ada (groups: engineering) on connection claude" in said
    assert "engineering/no-zephyr" in said
    assert "found pii/email at messages[0].content, now [EMAIL_" in said
    assert "says nothing: its `if` is false" in said
    assert "verdict: deny by engineering/no-zephyr: deny is stricter than mask (engineering/emails)" in said
    assert "the client reads: Blocked by policy rule no-zephyr" in said
    assert "ada@example.com" not in said


def test_explain_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert policy(*explain("--json", file=request(tmp_path, "project zephyr"))) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["verdict"], said["policy"], said["rule"]) == ("deny", "engineering", "no-zephyr")
    assert [rule["rule"] for rule in said["rules"] if rule["applies"]] == ["no-zephyr"]


def test_explain_reads_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"{nonsense")))
    assert policy(*explain(file="-")) == 0
    assert "verdict: deny" in capsys.readouterr().out


def test_explain_without_a_request_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert policy(*explain(file=str(tmp_path / "none.json"))) == 2
    assert "cannot be read: No such file" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "key"), [((), "policy"), (("policy",), "policy"), (("config",), "listen")])
def test_schema(words: tuple[str, ...], key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert policy("schema", *words) == 0
    assert key in json.loads(capsys.readouterr().out)["properties"]


@pytest.mark.parametrize("words", [(), ("chekc",), ("check",), ("explain",), ("schema", "x")])
def test_usage(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert policy(*words) == 2
    assert "usage: gatehouse policy" in capsys.readouterr().err


def test_explain_a_call_of_an_mcp_server_and_one_over_plain_http(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("policy: p\npaths: ['/a']\nrules: [{id: drops, effect: [destroys_data], do: deny}]\n")
    common = ("explain", "--policy", str(file), "--connection", "t")
    assert policy(*common, "--kind", "mcp", "--tool", "run", "--input", "rm -rf /") == 1
    assert "verdict: deny by p/drops" in capsys.readouterr().out
    assert policy(*common, "--kind", "http", "--request", "--method", "DELETE", "--path", "/a") == 0
    said = capsys.readouterr().out
    assert "request: DELETE /a" in said
    assert "applies to http__t (destroys_data)" in said
