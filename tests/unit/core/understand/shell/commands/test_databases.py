"""Clients of databases."""

import shlex

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.commands.databases import DATABASES

CASES = (
    ("dropped", "dropdb app", "destroys_data"),
    ("dumped", "pg_dump app", "reads"),
    ("restored over", "pg_restore --clean d", "destroys_data"),
    ("flushed", "redis-cli FLUSHALL", "destroys_data"),
    ("one key", "redis-cli DEL k", "deletes"),
    ("read", "redis-cli GET k", "reads"),
    ("rule", "redis-cli CONFIG SET a b", "changes_access"),
    ("mongo dropped", "mongosh --eval db.dropDatabase()", "destroys_data"),
    ("mongo read", "mongosh --eval db.a.find()", "reads"),
    ("user", "createuser x", "changes_access"),
    ("admin", "mysqladmin drop x", "destroys_data"),
    ("query", "psql -c x", "reads"),
)


def effects(line: str) -> set[Effect]:
    name, *words = shlex.split(line)
    return {deed.effect for deed in DATABASES[name](Call(name, tuple(map(Word, words)))).deeds}


@pytest.mark.parametrize(("note", "line", "effect"), CASES)
def test_what_a_command_does(note: str, line: str, effect: str) -> None:
    found = effects(line)
    assert (Effect(effect) in found) if effect else not found, (note, found)
