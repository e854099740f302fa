"""One tool call to its effects."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.model.effect import Effect
from sidecar.core.understand.understand import understand

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(["Bash", "Write", "sql", "python", "WebFetch", "mcp__a__b", "mcp__x__bash", "x"]) | st.text()
KEYS = st.sampled_from(["command", "query", "path", "file_path", "url", "code", "method", "language"]) | st.text()


@pytest.mark.parametrize(
    ("tool", "input", "effects"),
    [
        ("Bash", {"command": "rm -fr /srv"}, {Effect.DESTROYS_DATA}),
        ("bash", {"command": ["rm", "-fr", "/srv"]}, {Effect.DESTROYS_DATA}),
        ("Bash", {}, {Effect.UNKNOWN}),
        ("bash", {"restart": True}, set()),
        ("Bash", {"command": "ls", "dangerouslyDisableSandbox": True}, {Effect.ESCALATES}),
        ("Bash", {"command": "ls", "script": "rm -rf /srv"}, {Effect.DESTROYS_DATA}),
        ("PowerShell", {"command": "iex $x"}, {Effect.RUNS_CODE, Effect.UNKNOWN}),
        ("execute_sql", {"query": "DROP TABLE a"}, {Effect.DESTROYS_DATA}),
        ("execute_sql", {}, {Effect.UNKNOWN}),
        ("code_execution", {"code": "print(1)"}, {Effect.RUNS_CODE}),
        ("Write", {"file_path": "a", "content": "rm -rf /"}, {Effect.WRITES}),
        ("WebFetch", {"url": "https://x.example"}, {Effect.READS}),
        ("Task", {"prompt": "rm -rf /"}, set()),
        ("mcp__evil__task", {"command": "rm -rf /srv"}, {Effect.DESTROYS_DATA}),
        ("mcp__files__read_file", {"path": ".env"}, {Effect.READS, Effect.READS_SECRET}),
        ("nobody_knows", {"a": 1}, {Effect.UNKNOWN}),
        ("bash" * 100, {"command": "rm -rf /srv"}, {Effect.DESTROYS_DATA, Effect.UNKNOWN}),
        ("mcp__" + "x" * 300 + "__delete_row", {"id": 1}, {Effect.DESTROYS_DATA, Effect.UNKNOWN}),
    ],
)
def test_what_a_call_does(tool: str, input: dict[str, object], effects: set[Effect]) -> None:
    assert understand(tool, input).effects == effects


@settings(max_examples=150, deadline=None)
@given(NAMES, st.dictionaries(KEYS, JSON, max_size=5))
def test_any_call_is_answered(tool: str, input: dict[str, object]) -> None:
    assert understand(tool, input).effects >= set()


REMOVAL = "rm " + "-rf /srv/data"
SPELLED = (
    ("bash", {"Command": REMOVAL}),
    ("Bash", {"command": "ls", "Command": REMOVAL}),
    ("Bash", {"command": "ls", "COMMAND": REMOVAL}),
    ("Bash", {"command": "ls", "commands": ["ls", REMOVAL]}),
    ("Bash", {"command": [REMOVAL]}),
    ("Bash", {"command": "ls", "script": [REMOVAL]}),
    ("Bash", {"command": "ls", "argv": REMOVAL.split()}),
    ("Bash", {"restart": True, "commands": [REMOVAL]}),
    ("shell", {"argv": REMOVAL.split()}),
    ("run_terminal_cmd", {"commandLine": REMOVAL}),
    ("terminal", {"text": REMOVAL}),
    ("run_sql", {"Query": "DROP TABLE users"}),
    ("execute_query", {"queries": ["SELECT 1", "DROP TABLE users"]}),
    ("BashOutput", {"command": REMOVAL}),
    ("TaskCreate", {"argv": REMOVAL.split()}),
)


@pytest.mark.parametrize(("tool", "given"), SPELLED)
def test_a_command_by_another_name(tool: str, given: dict[str, object]) -> None:
    assert Effect.DESTROYS_DATA in understand(tool, given).effects


@pytest.mark.parametrize("value", [5, {"cmd": REMOVAL}, ["ls", 5], [["ls"]]])
def test_a_command_that_is_no_text_is_unknown_beside_one_that_is(value: object) -> None:
    assert Effect.UNKNOWN in understand("Bash", {"command": "ls", "cmd": value}).effects


@pytest.mark.parametrize(
    "given",
    [{"command": ["git", "commit", "-m", f"no {REMOVAL} any more"]}, {"command": "ls", "description": REMOVAL}],
)
def test_words_about_a_command_stay_words(given: dict[str, object]) -> None:
    assert Effect.DESTROYS_DATA not in understand("Bash", given).effects
