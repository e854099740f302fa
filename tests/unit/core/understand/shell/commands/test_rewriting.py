"""sed, awk, sort."""

import shlex

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.commands.rewriting import REWRITERS

CASES = (
    ("in place", "sed -i s/a/b/ x", "writes"),
    ("printed", "sed s/a/b/ x", "reads"),
    ("runs", "sed s/a/b/e x", "runs_code"),
    ("writes a file", "sed 'w /etc/passwd' x", "changes_access"),
    ("awk reads", "awk '{print}' x", "reads"),
    ("awk runs", "awk 'BEGIN{system(\"x\")}'", "runs_code"),
    ("awk fills", "awk '{print > \"/etc/passwd\"}' x", "changes_access"),
    ("sorted into", "sort -o a b", "writes"),
)


def effects(line: str) -> set[Effect]:
    name, *words = shlex.split(line)
    return {deed.effect for deed in REWRITERS[name](Call(name, tuple(map(Word, words)))).deeds}


@pytest.mark.parametrize(("note", "line", "effect"), CASES)
def test_what_a_command_does(note: str, line: str, effect: str) -> None:
    found = effects(line)
    assert (Effect(effect) in found) if effect else not found, (note, found)
