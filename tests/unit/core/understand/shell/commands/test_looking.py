"""Programs that look."""

import shlex

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.commands.looking import LOOKERS

CASES = (
    ("a secret", "cat .env", "reads_secret"),
    ("a file", "cat a", "reads"),
    ("searched", "grep x .env", "reads_secret"),
    ("a pattern is no file", "grep .env a", "reads"),
    ("every variable", "set", "reads_secret"),
    ("options", "set -e", ""),
    ("environments", "ps auxe", "reads_secret"),
    ("processes", "ps aux", ""),
    ("shadow", "getent shadow", "reads_secret"),
    ("packed secret", "tar cf a ~/.ssh", "reads_secret"),
    ("unpacked over", "tar xf a -C /", "destroys_data"),
    ("packed and removed", "tar --remove-files -cf a b", "destroys_data"),
    ("listed", "ls -la", ""),
)


def effects(line: str) -> set[Effect]:
    name, *words = shlex.split(line)
    return {deed.effect for deed in LOOKERS[name](Call(name, tuple(map(Word, words)))).deeds}


@pytest.mark.parametrize(("note", "line", "effect"), CASES)
def test_what_a_command_does(note: str, line: str, effect: str) -> None:
    found = effects(line)
    assert (Effect(effect) in found) if effect else not found, (note, found)
