"""Code that a tool runs."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.snippet import language, snippet


@pytest.mark.parametrize(
    ("code", "language", "effects"),
    [
        ("print(1)", "python", {Effect.RUNS_CODE}),
        ("import os; os.system('rm -rf /srv')", "Python", {Effect.RUNS_CODE, Effect.DESTROYS_DATA}),
        ("rm -rf /srv", "bash", {Effect.DESTROYS_DATA}),
        ("DROP TABLE a", "sql", {Effect.DESTROYS_DATA}),
        ("import subprocess; subprocess.run([x, 'a'])", "python", {Effect.RUNS_CODE, Effect.UNKNOWN}),
        ("require('child_process').execSync('rm -rf /srv')", "", {Effect.RUNS_CODE, Effect.DESTROYS_DATA}),
        ("iex $x", "powershell", {Effect.RUNS_CODE, Effect.UNKNOWN}),
    ],
)
def test_what_code_shows(code: str, language: str, effects: set[Effect]) -> None:
    assert snippet(code, language).effects == effects


@pytest.mark.parametrize(
    ("tool", "given", "expected"),
    [
        ("javascript", {}, "javascript"),
        ("mcp__nb__executeCode", {"language": "Python3"}, "python"),
        ("mcp__x__run_ruby_code", {}, "ruby"),
        ("run_code", {"language": "cobol"}, "cobol"),
        ("run_code", {}, ""),
    ],
)
def test_the_language_is_said_by_the_call_or_by_the_name(tool: str, given: dict[str, object], expected: str) -> None:
    assert language(tool, given) == expected
