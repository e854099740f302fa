"""Statements in words that the parser knows."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.effects import Found
from sidecar.core.understand.sql.lex import lexed
from sidecar.core.understand.sql.reword import reworded, without_file
from sidecar.core.understand.sql.token import MANNERS, Tokens


def cut(text: str, manner: str = "postgres") -> Tokens:
    return lexed(text, MANNERS[manner]).tokens


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("REPLACE INTO t VALUES (f(1))", "INSERT INTO T VALUES ( F ( 1 ) )"),
        ("DELETE TOP (5) FROM t", "DELETE FROM T"),
        ("DELETE LOW_PRIORITY QUICK FROM t", "DELETE FROM T"),
        ("SELECT a FROM t FORMAT JSON", "SELECT A FROM T"),
        ("SELECT a FROM t", "SELECT A FROM T"),
    ],
)
def test_words(text: str, again: str) -> None:
    assert " ".join(token.word for token in reworded(cut(text))) == again


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("SELECT a INTO OUTFILE 'x' FROM t", "SELECT A FROM T"),
        ("SELECT a FROM t INTO OUTFILE 'x'", "SELECT A FROM T"),
    ],
)
def test_a_file_is_judged_and_left_out(text: str, again: str) -> None:
    found = Found()
    assert " ".join(token.word for token in without_file(cut(text), found)) == again
    assert {deed.effect for deed in found.deeds} == {Effect.LEAVES_MACHINE, Effect.WRITES}


def test_nothing_to_leave_out() -> None:
    found = Found()
    tokens = cut("SELECT a INTO b FROM t")
    assert without_file(tokens, found) == tokens
    assert not found.deeds
