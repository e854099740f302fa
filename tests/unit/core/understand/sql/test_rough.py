"""Statements that nobody can parse, by their words."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.effects import Found
from sidecar.core.understand.sql.lex import lexed
from sidecar.core.understand.sql.rough import MOST, rough
from sidecar.core.understand.sql.token import MANNERS, Tokens


def cut(text: str, manner: str = "postgres") -> Tokens:
    return lexed(text, MANNERS[manner]).tokens


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        ("SELECT ?? DROP TABLE x", {Effect.READS, Effect.DESTROYS_DATA}),
        ("WITH ?? DELETE FROM x", {Effect.READS, Effect.DESTROYS_DATA}),
        ("WITH ?? DELETE FROM x WHERE a = 1", {Effect.READS, Effect.DELETES}),
        ("SELECT ?? UPDATE x SET a = 1", {Effect.READS, Effect.DESTROYS_DATA}),
        ("SELECT ?? pg_read_file('x')", {Effect.READS, Effect.READS_SECRET}),
        ("SELECT ?? FROM mysql.user", {Effect.READS, Effect.READS_SECRET}),
        ("INSERT ?? TO PROGRAM 'x'", {Effect.WRITES, Effect.RUNS_CODE}),
        ("SELECT ?? 'DROP TABLE x'", {Effect.READS}),
        ('SELECT ?? "truncate"', {Effect.READS}),
        ("x" + ", x" * MOST + " DROP TABLE x", set()),
    ],
)
def test_words(text: str, effects: set[Effect]) -> None:
    found = Found()
    rough(cut(text), found)
    assert {deed.effect for deed in found.deeds} == effects
