"""Statements in the order in which they run."""

import pytest

from sidecar.core.understand.shell.read import shell

CASES = (
    ("what was set before", "c=rm; $c a", "deletes"),
    ("only for one command", "c=rm ls; $c a", "unknown"),
    ("an array", 'a=(rm b); "${a[@]}"', "deletes"),
    ("in an argument", "echo $(rm a)", "deletes"),
    ("in a redirection", "ls > $(rm a; echo b)", "deletes writes"),
    ("a file written before", "echo 'rm a' > x; sh x", "deletes writes"),
    ("added to", "echo 'ls' > x; echo 'rm a' >> x; sh x", "deletes writes"),
    ("a secret shown", "echo $API_KEY", "reads_secret"),
    ("set here", "API_KEY=a; echo $API_KEY", ""),
    ("its length", "echo ${#API_KEY}", ""),
    ("its absence tested", '[ -z "$API_KEY" ]', ""),
    ("a secret in a here-string", "cat <<< $API_KEY", "reads_secret"),
    ("a test runs too", "[[ -n $(rm a) ]]", "deletes"),
    ("unclosed", "rm 'a", "unknown"),
)


@pytest.mark.parametrize(("note", "text", "effects"), CASES)
def test_what_a_command_does(note: str, text: str, effects: str) -> None:
    assert {str(effect) for effect in shell(text).effects} == set(effects.split()), note
