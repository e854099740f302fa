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
