"""Options whose value is a command or SQL."""

import pytest

from sidecar.core.understand.shell.call import Call, Script, Statements, Word
from sidecar.core.understand.shell.told import is_command, is_sql, told

KNOWN = {"rm", "sh"}


def _known(name: str) -> str | None:
    return name if name in KNOWN else None


def _told(*words: str) -> list[tuple[str, str]]:
    runs = told(Call("tool", tuple(map(Word, words))), _known).runs
    return [(type(run).__name__, run.word.text) for run in runs if isinstance(run, Script | Statements)]


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        (("--pre", "sh -c x", "y"), [("Script", "sh -c x")]),
        (("--exec=rm -rf x",), [("Script", "rm -rf x")]),
        (("--on-change", "/bin/rm -rf x"), [("Script", "/bin/rm -rf x")]),
        (("--post-build-cmd", "rm x"), [("Script", "rm x")]),
        (("--title", "rm -rf x"), []),
        (("--exec", "unheard of"), []),
        (("--exec", "rm"), []),
        (("-x", "rm -rf y"), []),
        (("--sql", "DROP TABLE x"), [("Statements", "DROP TABLE x")]),
        (("--command", "delete from x"), [("Statements", "delete from x")]),
        (("--title", "DROP TABLE x"), []),
        (("--query", "select 1"), []),
    ],
)
def test_what_an_option_makes_it_run(words: tuple[str, ...], runs: list[tuple[str, str]]) -> None:
    assert _told(*words) == runs


def test_one_word_or_an_unknown_first_one_is_no_command() -> None:
    assert is_command("/usr/bin/rm x", _known)
    assert not is_command("rm", _known)
    assert not is_command("removal of x", _known)


def test_a_statement_changes_something_by_its_first_words() -> None:
    assert all(map(is_sql, ("DROP TABLE x", " truncate x;", "update a set b = 1", "grant all on x to eve")))
    assert not any(map(is_sql, ("drop the ball", "truncate", "update the readme", "delete old files")))
