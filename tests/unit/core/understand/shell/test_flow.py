"""Loops, branches, pipelines, functions."""

import pytest

from sidecar.core.understand.shell.read import shell

CASES = (
    ("each turn", "for f in a /etc/x; do rm $f; done", "deletes destroys_data"),
    ("unknown turns", "for f in $(x); do rm -rf $f; done", "destroys_data runs_code"),
    ("either branch", "if a; then ls; else rm b; fi", "deletes runs_code"),
    ("a case", "case $1 in a) rm b;; esac", "deletes"),
    ("a list", "true && rm a", "deletes"),
    ("a pipe", "echo 'rm a' | sh", "deletes"),
    ("a subshell", "(cd x; rm a)", "deletes"),
    ("a subshell keeps its variables", "(c=rm); c=ls; $c a", ""),
    ("an argument", "f() { rm $1; }; f a", "deletes"),
    ("only defined", "f() { rm a; }", "deletes"),
    ("a bomb", ":(){ :|:& };:", "destroys_data"),
    ("ends by itself", "f() { echo x; }; f", ""),
    ("one of two values", "c=ls; if x; then c=rm; fi; $c a", "deletes runs_code"),
)


@pytest.mark.parametrize(("note", "text", "effects"), CASES)
def test_what_a_command_does(note: str, text: str, effects: str) -> None:
    assert {str(effect) for effect in shell(text).effects} == set(effects.split()), note
