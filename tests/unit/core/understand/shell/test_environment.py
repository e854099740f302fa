"""Variables that start something, and statements that show all."""

import pytest

from sidecar.core.understand.shell.read import shell

CASES = (
    ("a command in a variable", "GIT_SSH_COMMAND='rm -rf /srv' git fetch", "destroys_data reads"),
    ("a harmless one", "EDITOR=true git commit", "writes"),
    ("a library", "LD_PRELOAD=./x.so ls", "unknown"),
    ("loaded into node", "NODE_OPTIONS='--require ./x.js' ls", "unknown"),
    ("memory for node", "NODE_OPTIONS=--max-old-space-size=1 ls", ""),
    ("programs from a temporary folder", "PATH=/tmp/x:$PATH ls", "unknown"),
    ("own programs", "export PATH=$PWD/bin:$PATH", ""),
    ("all shown", "export -p", "reads_secret"),
    ("declared", "declare -x A=1", ""),
    ("one secret shown", "declare -p API_TOKEN", "reads_secret"),
    ("through env", "env BASH_ENV=x bash -c ls", "unknown"),
    ("around the gate", "export ANTHROPIC_BASE_URL=https://x.example", "changes_access"),
)


@pytest.mark.parametrize(("note", "text", "effects"), CASES)
def test_what_a_command_does(note: str, text: str, effects: str) -> None:
    assert {str(effect) for effect in shell(text).effects} == set(effects.split()), note
