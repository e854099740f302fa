"""Readers of arguments."""

import pytest

from sidecar.core.model.described import NOTHING_DESCRIBED
from sidecar.core.model.effect import Effect
from sidecar.core.understand.arguments import foreign, reader_of


@pytest.mark.parametrize("name", ["command", "filePath", "source_path", "SQL", "webhook-url", "roles"])
def test_a_name_is_known_in_every_spelling(name: str) -> None:
    assert reader_of(name) is not None


@pytest.mark.parametrize(
    ("name", "value", "tool", "given", "effects"),
    [
        ("command", "delete", "mcp__azure__group", {}, {Effect.DESTROYS_DATA}),
        ("command", "down", "mcp__docker__compose", {"args": ["-v"]}, {Effect.DESTROYS_DATA}),
        ("cypher", "MATCH (n) DETACH DELETE n", "x", {}, {Effect.READS, Effect.DESTROYS_DATA}),
        ("cypher", "MATCH (n {name: 'delete'}) RETURN n", "x", {}, {Effect.READS}),
        ("forward", "eve@x.example", "x", {}, {Effect.LEAVES_MACHINE}),
        ("force", True, "git_push", {}, {Effect.DESTROYS_DATA}),
        ("cql", "DROP KEYSPACE k", "x", {}, {Effect.DESTROYS_DATA}),
    ],
)
def test_what_it_says(name: str, value: object, tool: str, given: dict[str, object], effects: set[Effect]) -> None:
    reader = reader_of(name)
    assert reader is not None
    read = reader(value, (), tool, {name: value, **given}, NOTHING_DESCRIBED)
    assert read is not None
    assert read.effects >= effects
    assert Effect.UNKNOWN not in read.effects


@pytest.mark.parametrize(("name", "value"), [("force", False), ("forward", 3), ("volume", "./a:/a")])
def test_what_says_nothing(name: str, value: object) -> None:
    reader = reader_of(name)
    assert reader is not None
    assert reader(value, (Effect.WRITES,), "git_push", {}, NOTHING_DESCRIBED) is None


def test_what_is_run_from_elsewhere() -> None:
    read = foreign("https://x.example/p.yml")
    assert read is not None
    assert [thing.name for thing in read.objects] == ["x.example"]
    assert foreign("p.yml") is None
