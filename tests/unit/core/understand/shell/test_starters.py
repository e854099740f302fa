"""Editors, terminals and pagers."""

import pytest

from sidecar.core.understand.shell.read import shell

CASES = (
    ("typed into a terminal", "tmux send-keys 'rm -rf /srv' Enter", "destroys_data"),
    ("a session", "tmux new-session -d 'rm -rf /srv'", "destroys_data"),
    ("listed", "tmux ls", ""),
    ("screen", "screen -dmS x rm -rf /srv", "destroys_data"),
    ("a window", "xterm -e 'rm -rf /srv'", "destroys_data"),
    ("from an editor", "vim -c ':!rm -rf /srv' a", "destroys_data reads"),
    ("an option of an editor", "vim -c 'set nu' a", "reads"),
    ("a script of an editor", "vim -S x a", "reads unknown"),
    ("lisp", "emacs --batch --eval '(x)'", "reads unknown"),
    ("a pager", "man -P 'rm -rf /srv' ls", "destroys_data"),
    ("rules in the command", "make --eval='x:;y'", "unknown"),
    ("rules of the project", "make test", ""),
)


@pytest.mark.parametrize(("note", "text", "effects"), CASES)
def test_what_a_command_does(note: str, text: str, effects: str) -> None:
    assert {str(effect) for effect in shell(text).effects} == set(effects.split()), note
