"""A command for each thing: find, xargs, parallel, fd."""

import pytest

from sidecar.core.understand.shell.read import shell

CASES = (
    ("everything", "find . -delete", "destroys_data reads"),
    ("one kind below", "find . -name '*.py' -delete", "destroys_data reads"),
    ("what is made again", "find . -name '*.pyc' -delete", "deletes reads"),
    ("only looked for", "find . -name '*.py'", "reads"),
    ("keys among others", "find / -name 'id_*' ! -name '*.pub' -exec cat {} +", "reads reads_secret"),
    ("a command for each", "find src -exec rm -rf {} +", "destroys_data reads"),
    ("words that come in", "echo a | xargs rm", "deletes"),
    ("a mark", "echo /srv | xargs -I{} rm -rf {}", "destroys_data"),
    ("unknown words", "cat list | xargs rm -rf", "destroys_data reads"),
    ("side by side", "parallel rm -rf ::: /srv/a", "destroys_data"),
    ("fd", "fd -e py -x rm -rf", "destroys_data reads"),
    ("fd only looks", "fd -e py", "reads"),
)


@pytest.mark.parametrize(("note", "text", "effects"), CASES)
def test_what_a_command_does(note: str, text: str, effects: str) -> None:
    assert {str(effect) for effect in shell(text).effects} == set(effects.split()), note
