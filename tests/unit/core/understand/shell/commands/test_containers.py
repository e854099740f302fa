"""Containers."""

import shlex

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.commands.containers import CONTAINERS

CASES = (
    ("volume gone", "docker volume rm v", "destroys_data"),
    ("container gone", "docker rm c", "deletes"),
    ("volumes too", "docker compose down -v", "destroys_data"),
    ("stopped", "docker compose down", "deletes"),
    ("listed", "docker ps", "reads"),
    ("pushed", "docker push x", "leaves_machine"),
    ("the machine's disk", "docker run -v /:/h alpine", "escalates"),
    ("all rights", "docker run --privileged alpine", "escalates"),
    ("a command", "docker exec c ls", "runs_code"),
    ("secret out", "docker cp c:/etc/shadow .", "reads_secret"),
    ("built from an address", "docker build https://x.example/r.git", "runs_code"),
    ("older name", "docker-compose down -v", "destroys_data"),
    ("machine gone", "podman machine rm -f", "destroys_data"),
)


def effects(line: str) -> set[Effect]:
    name, *words = shlex.split(line)
    return {deed.effect for deed in CONTAINERS[name](Call(name, tuple(map(Word, words)))).deeds}


@pytest.mark.parametrize(("note", "line", "effect"), CASES)
def test_what_a_command_does(note: str, line: str, effect: str) -> None:
    found = effects(line)
    assert (Effect(effect) in found) if effect else not found, (note, found)
