"""Tools that a policy describes."""

import pytest

from sidecar.core.model.described import DescribedTool, Descriptions, Own
from sidecar.core.model.effect import Effect
from sidecar.core.understand.described_tool import NOTHING_SAID, fits, said_of
from sidecar.core.understand.understand import understand


def _own(*books: dict[str, str]) -> Own:
    return Own(tuple((Descriptions(tools=tuple(_one(*entry) for entry in book.items())),) for book in books))


def _one(name: str, effects: str) -> DescribedTool:
    return DescribedTool(name, frozenset(map(Effect, effects.split())), f"policy mine, {name}")


OWN = _own(
    {
        "mcp__zen__*": "",
        "mcp__zen__purge_thoughts": "writes",
        "mcp__desk__*": "reads",
        "mcp__desk__s*": "spends",
        "mcp__desk__guess": "unknown",
        "Glob": "reads_secret",
        "TodoWrite": "spends",
    }
)


@pytest.mark.parametrize(
    ("note", "tool", "given", "effects"),
    [
        ("harmless", "mcp__zen__ponder", {}, ""),
        ("a star does not take a verb away", "mcp__zen__delete_all", {}, "destroys_data"),
        ("the whole name does", "mcp__zen__purge_thoughts", {}, "writes"),
        ("the longest", "mcp__desk__slot", {}, "spends"),
        ("said to be unknown", "mcp__desk__guess", {}, "unknown"),
        ("what it is given counts", "mcp__zen__ponder", {"command": "rm -rf /srv"}, "destroys_data"),
        ("a verb that it is given", "mcp__zen__purge_thoughts", {"action": "delete_all"}, "writes destroys_data"),
        ("in other letters it adds", "mcp__Desk__slot", {}, "reads spends unknown"),
        ("of another server", "mcp__zen2__ponder", {}, "unknown"),
        ("a known tool does more", "Glob", {"pattern": "*"}, "reads reads_secret"),
        ("and one of the session's own", "TodoWrite", {}, "spends"),
    ],
)
def test_what_it_does(note: str, tool: str, given: dict[str, object], effects: str) -> None:
    assert {one.value for one in understand(tool, given, OWN).effects} == set(effects.split())


def test_it_is_known_by_the_name_of_its_connection() -> None:
    assert not understand("ponder", {}, OWN, "mcp__zen__ponder").unread
    (said,) = understand("frob", {}, OWN, "mcp__other__frob").unread
    assert "understand: {tools: {mcp__other__frob: [writes]}}" in said


def test_every_book_has_to_describe_it() -> None:
    old, new = {"mcp__zen__*": "reads"}, {"mcp__zen__ponder": "spends"}
    assert said_of(_own(old, new), "mcp__zen__ponder").sure
    assert not said_of(_own({}, new), "mcp__zen__ponder").sure
    assert said_of(_own(old), "Bash") == NOTHING_SAID


def test_only_a_star_stands_for_others() -> None:
    assert fits("a*c", "abc")
    assert not fits("a?c", "abc")
    assert not fits("a[b]c", "abc")
