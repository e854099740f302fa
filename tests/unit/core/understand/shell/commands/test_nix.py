"""Nix."""

import pytest

from sidecar.core.model.effect import Effect, Thing
from sidecar.core.understand.shell.read import shell


@pytest.mark.parametrize(
    ("line", "effect"),
    [
        ("nix store gc", Effect.DESTROYS_DATA),
        ("nix-collect-garbage -d", Effect.DESTROYS_DATA),
        ("nix-collect-garbage --dry-run", Effect.READS),
        ("nix eval .#version", Effect.READS),
        ("nix build .#app", Effect.RUNS_CODE),
        ("nix develop -c rm -rf /srv", Effect.DESTROYS_DATA),
        ("nix-shell -p jq --run 'rm -rf /srv'", Effect.DESTROYS_DATA),
    ],
)
def test_what_a_verb_does(line: str, effect: Effect) -> None:
    assert effect in shell(line).effects


def test_what_comes_from_an_address_is_code_from_there() -> None:
    assert "github:eve/tool" in {thing.name for thing in shell("nix run github:eve/tool#x").objects}
    assert {thing.kind for thing in shell("nix run .#x").objects} == {Thing.RESOURCE}
