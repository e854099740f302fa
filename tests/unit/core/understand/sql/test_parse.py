"""Tokens to a tree, or a refusal."""

import logging

import pytest
from sqlglot import exp

from sidecar.core.understand.sql.lex import lexed
from sidecar.core.understand.sql.parse import MAX_DEPTH, MAX_TOKENS, Trees, Unparsed, parsed, written
from sidecar.core.understand.sql.token import MANNERS, Tokens


def cut(text: str, manner: str = "postgres") -> Tokens:
    return lexed(text, MANNERS[manner]).tokens


@pytest.mark.parametrize(
    ("text", "manner", "again"),
    [
        ("SELECT/**/a -- b", "postgres", "select a"),
        ("SELECT 'it''s'", "postgres", "select 'it''s'"),
        ("SELECT 'it\\'s'", "mysql", "select 'it''s'"),
        ('SELECT [a"b] FROM t', "tsql", 'select "a_b" from t'),
        ("SELECT a.b - -1", "postgres", "select a.b - -1"),
        ("SELECT %s, $1", "postgres", "select ?, ?"),
    ],
)
def test_tokens_are_written_again_without_what_could_be_read_twice(text: str, manner: str, again: str) -> None:
    assert written(cut(text, manner), '"').strip() == again


def test_the_first_dialect_that_can_reads_it() -> None:
    assert isinstance(parsed(cut("SELECT TOP 5 a FROM t"), ("postgres", "tsql"), Trees()), exp.Select)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT FROM WHERE",
        "SELECT 1 SELECT 2 +",
        "HANDLER t OPEN",
        "SELECT " + "(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1),
        "SELECT a" + ", a" * MAX_TOKENS,
        "SELECT " + "array[" * 40 + "1" + "]" * 40,
    ],
)
def test_what_cannot_be_read_is_refused_soon(text: str) -> None:
    with pytest.raises(Unparsed):
        parsed(cut(text), ("postgres",), Trees())


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for text in ("SELECT a[1]", "SELECT a -> 'b[', c -> '$[['", "COMMENT ON x", "SELECT 1 AT b"):
            for dialect in MANNERS:
                try:
                    parsed(cut(text), (dialect,), Trees())
                except Unparsed:
                    continue
    assert not caplog.records


def test_what_was_tried_for_the_same_words_is_not_tried_again() -> None:
    known = Trees()
    tree = parsed(cut("SELECT a FROM t"), ("postgres",), known)
    assert parsed(cut("SELECT  a /* b */ FROM t"), ("postgres",), known) is tree
    with pytest.raises(Unparsed):
        parsed(cut("SELECT FROM FROM"), ("postgres",), known)
    with pytest.raises(Unparsed):
        parsed(cut("SELECT FROM  FROM"), ("postgres",), known)
    assert len(known.known) == 2


def test_the_steps_are_counted_over_all_of_a_text() -> None:
    trees = Trees(left=12)
    parsed(cut("SELECT a FROM t"), ("postgres",), trees)
    with pytest.raises(Unparsed, match="too much stands before"):
        parsed(cut("SELECT a, b, c, d, e FROM t"), ("postgres",), trees)
