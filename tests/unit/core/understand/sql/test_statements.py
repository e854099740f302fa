"""The table of first words."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.statements import FIRST, STATEMENTS, row


@pytest.mark.parametrize(
    ("words", "effects"),
    [
        (("DROP", "TABLE"), (Effect.DESTROYS_DATA,)),
        (("DROP", "INDEX", "X"), (Effect.DELETES,)),
        (("SET", "ROLE", "BOB"), (Effect.ESCALATES,)),
        (("SET", "ROLE", "NONE"), ()),
        (("SET", "X"), ()),
        (("LOAD", "DATA", "INTO"), (Effect.WRITES, Effect.LEAVES_MACHINE)),
    ],
)
def test_the_longest_row_counts(words: tuple[str, ...], effects: tuple[Effect, ...]) -> None:
    found = row(words)
    assert found is not None
    assert found[0] == effects


def test_an_unknown_word_has_no_row() -> None:
    assert row(("FROBNICATE",)) is None
    assert row(()) is None


def test_every_row_can_be_reached() -> None:
    assert all(len(lead) <= 4 and " ".join(lead).isupper() for lead in STATEMENTS)
    assert {"DROP", "SELECT", "CALL"} <= FIRST
