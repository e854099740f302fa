"""Pieces of blocks."""

import pytest

from sidecar.core.understand.sql.block import block, is_block
from sidecar.core.understand.sql.effects import Found
from sidecar.core.understand.sql.lex import lexed
from sidecar.core.understand.sql.token import MANNERS, Tokens


def cut(text: str, manner: str = "postgres") -> Tokens:
    return lexed(text, MANNERS[manner]).tokens


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("BEGIN DELETE FROM x", True),
        ("BEGIN TRANSACTION", False),
        ("BEGIN", False),
        ("IF a THEN b", True),
        ("x := 1", True),
        ("NEW.a = 1", True),
        ("SELECT a = 1", False),
        ("END IF", True),
        ("<<l>> LOOP", True),
    ],
)
def test_what_is_one(text: str, yes: bool) -> None:
    assert is_block(cut(text)) is yes


@pytest.mark.parametrize(
    ("text", "tails"),
    [
        ("BEGIN DROP TABLE x", "DROP"),
        ("IF a > 1 THEN DELETE FROM x", "DELETE"),
        ("IF EXISTS (SELECT 1) DROP TABLE x", "SELECT DROP"),
        ("ELSE TRUNCATE x", "TRUNCATE"),
        ("FOR r IN SELECT 1 LOOP UPDATE x SET a = 1", "SELECT UPDATE"),
        ("PERFORM f(1)", "SELECT"),
        ("RETURN QUERY SELECT 1", "SELECT"),
        ("RETURN f(1)", "SELECT"),
        ("DECLARE c CURSOR FOR SELECT 1", "SELECT"),
        ("x := (DELETE FROM y)", "DELETE"),
        ("x := f(1)", "SELECT"),
        ("BEGIN CASE WHEN a THEN DELETE FROM x", "DELETE"),
        ("END", ""),
        ("EXCEPTION WHEN others THEN DROP TABLE x", "DROP"),
    ],
)
def test_the_statements_inside(text: str, tails: str) -> None:
    found = Found()
    block(cut(text), found)
    assert " ".join(tail[0].word for tail in found.tails) == tails
