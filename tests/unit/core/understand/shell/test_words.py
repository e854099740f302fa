"""Quoting, variables, braces."""

import pytest

from sidecar.core.understand.shell.read import shell

CASES = (
    ("empty quotes", 'r""m a', "deletes"),
    ("escaped letters", "\\r\\m a", "deletes"),
    ("single quotes", "'rm' a", "deletes"),
    ("letters by number", "$'\\x72m' a", "deletes"),
    ("a default", "x=; ${x:-rm} a", "deletes"),
    ("a guess", "${x:-rm} a", "deletes unknown"),
    ("separators", "IFS=_; c=rm_a; $c", "deletes"),
    ("inside double quotes", 'echo "$(rm a)"', "deletes"),
    ("escaped there", 'echo "\\$(rm a)"', ""),
    ("braces", "rm {a,b}", "deletes"),
    ("folded", "r\\\nm a", "deletes"),
    ("computed", "$(x) a", "runs_code unknown"),
    ("an element", "a=(ls rm); ${a[1]} b", "deletes"),
    ("sliced", "x=arm; ${x:1} a", "unknown"),
    ("backticks", "echo `rm a`", "deletes"),
    ("arithmetic", "echo $((1 + $(rm a; echo 1)))", "deletes"),
)


@pytest.mark.parametrize(("note", "text", "effects"), CASES)
def test_what_a_command_does(note: str, text: str, effects: str) -> None:
    assert {str(effect) for effect in shell(text).effects} == set(effects.split()), note
