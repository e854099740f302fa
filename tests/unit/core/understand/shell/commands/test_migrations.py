"""Migrations."""

import shlex

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.commands.migrations import MIGRATIONS

CASES = (
    ("dropped", "rails db:drop", "destroys_data"),
    ("fresh", "artisan migrate:fresh", "destroys_data"),
    ("text run", "rails runner x", "runs_code"),
    ("reset", "prisma migrate reset", "destroys_data"),
    ("validated", "prisma validate", "reads"),
    ("up", "alembic upgrade head", "writes"),
    ("down", "alembic downgrade -1", "destroys_data"),
)


def effects(line: str) -> set[Effect]:
    name, *words = shlex.split(line)
    return {deed.effect for deed in MIGRATIONS[name](Call(name, tuple(map(Word, words)))).deeds}


@pytest.mark.parametrize(("note", "line", "effect"), CASES)
def test_what_a_command_does(note: str, line: str, effect: str) -> None:
    found = effects(line)
    assert (Effect(effect) in found) if effect else not found, (note, found)
