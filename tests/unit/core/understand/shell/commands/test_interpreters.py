"""Shells and languages."""

import shlex

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.commands.interpreters import INTERPRETERS

CASES = (
    ("a file", "bash a.sh", "runs_code"),
    ("a program", "python3 a.py", "runs_code"),
    ("a text", "node -e 1", "runs_code"),
    ("flushed", "python manage.py flush", "destroys_data"),
    ("secret file", "source .env", "reads_secret"),
    ("a module", "python3 -m http.server", "runs_code"),
    ("tool in a jar", "java -jar a.jar list", "runs_code"),
    ("another process", "gdb -p 1", "escalates"),
    ("code of an address", "deno run https://x.example/a.ts", "runs_code"),
)


def effects(line: str) -> set[Effect]:
    name, *words = shlex.split(line)
    return {deed.effect for deed in INTERPRETERS[name](Call(name, tuple(map(Word, words)))).deeds}


@pytest.mark.parametrize(("note", "line", "effect"), CASES)
def test_what_a_command_does(note: str, line: str, effect: str) -> None:
    found = effects(line)
    assert (Effect(effect) in found) if effect else not found, (note, found)
