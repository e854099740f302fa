"""Statements that their first words say all about."""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.effects import Found
from sidecar.core.understand.sql.lex import lexed
from sidecar.core.understand.sql.plain import plain
from sidecar.core.understand.sql.token import MANNERS


def read(text: str) -> Found:
    found = Found()
    plain(lexed(text, MANNERS["postgres"]).tokens, found)
    return found


def test_the_row_counts_and_queries_inside_are_read() -> None:
    assert {deed.effect for deed in read("REVOKE ALL ON t FROM bob").deeds} == {Effect.CHANGES_ACCESS}
    assert [tail[0].word for tail in read("PRINT (SELECT 1)").tails] == ["SELECT"]


def test_what_begins_nothing_known_is_unread() -> None:
    assert read("FROBNICATE t").unread
