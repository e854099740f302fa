"""Tables of verbs."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import HOLE, Call, Word
from sidecar.core.understand.shell.commands.verbs import rows, verbs

READER = verbs(
    [*rows(Effect.DESTROYS_DATA, "delete * ? --force -f ! --keep; drop*"), *rows(Effect.READS, "get; list")],
    "n",
    dry="dry-run",
)


@pytest.mark.parametrize(
    ("line", "effects"),
    [
        ("get", {Effect.READS}),
        ("delete x -f", {Effect.DESTROYS_DATA}),
        ("delete x --force --keep", {Effect.WRITES}),
        ("delete x", {Effect.WRITES}),
        ("delete", {Effect.DESTROYS_DATA}),  # no row has it: its own word counts
        ("put x", {Effect.WRITES}),
        ("wipe x", {Effect.DESTROYS_DATA}),
        ("user add eve", {Effect.CHANGES_ACCESS}),
        ("put x --show-secrets", {Effect.READS_SECRET}),
        ("-n a dropped", {Effect.DESTROYS_DATA}),
        ("-v a dropped", {Effect.DESTROYS_DATA}),
        ("drop --help", set()),
        ("drop --dry-run", set()),
        ("drop --dry-run=none", {Effect.DESTROYS_DATA}),
        ("", set()),
    ],
)
def test_which_row_fits(line: str, effects: set[Effect]) -> None:
    reading = READER(Call("x", tuple(map(Word, line.split()))))
    assert {deed.effect for deed in reading.deeds} == effects


def test_a_computed_verb_is_unknown() -> None:
    assert READER(Call("x", (Word(HOLE),))).unread
