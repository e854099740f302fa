"""Code that a tool runs."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.snippet import snippet


@pytest.mark.parametrize(
    ("code", "language", "effects"),
    [
        ("print(1)", "python", {Effect.RUNS_CODE}),
        ("import os; os.system('rm -rf /srv')", "Python", {Effect.RUNS_CODE, Effect.DESTROYS_DATA}),
        ("rm -rf /srv", "bash", {Effect.DESTROYS_DATA}),
        ("DROP TABLE a", "sql", {Effect.DESTROYS_DATA}),
        ("import subprocess; subprocess.run([x, 'a'])", "python", {Effect.RUNS_CODE, Effect.UNKNOWN}),
        ("iex $x", "powershell", {Effect.RUNS_CODE, Effect.UNKNOWN}),
    ],
)
def test_what_code_shows(code: str, language: str, effects: set[Effect]) -> None:
    assert snippet(code, language).effects == effects
