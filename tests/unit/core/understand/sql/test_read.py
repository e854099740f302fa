"""Texts to effects, whole."""

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.model.effect import Effect, Node, Understood
from sidecar.core.understand.sql.read import MAX_TEXT, looks_like_sql, sql
from sidecar.core.understand.sql.token import MANNERS

DD, UNKNOWN = Effect.DESTROYS_DATA, Effect.UNKNOWN
PIECES = st.sampled_from(
    [
        "SELECT",
        "DROP",
        "TABLE",
        "DELETE",
        "FROM",
        "WHERE",
        "BEGIN",
        "END;",
        ";",
        "(",
        ")",
        "[",
        "]",
        "{",
        "'",
        "''",
        '"',
        "`",
        "$$",
        "$x$",
        "/*",
        "*/",
        "/*!",
        "--",
        "#",
        "//",
        "\\",
        "\\!",
        ".shell",
        "E'",
        "EXEC",
        "EXECUTE",
        "'a'",
        "1",
        "=",
        ":=",
        ",",
        ".",
        "::",
        "x",
        "y.z",
        "@a",
        "#t",
        "IF",
        "THEN",
        "ELSE",
        "CASE",
        "LOOP",
        "DECLARE",
        "COPY",
        "TO",
        "PROGRAM",
        "ALTER",
        "CREATE",
        "FUNCTION",
        "AS",
        "RETURNS",
        "UNION",
        "ALL",
        "IN",
        "NOT",
        "NULL",
        "OR",
        "AND",
        "->",
        "array[",
        "interval",
        "WITH",
        "VALUES",
        "INSERT",
        "INTO",
        "UPDATE",
        "SET",
        "MERGE",
        "USING",
        "ON",
        "DELIMITER",
        "EXPLAIN",
        "ANALYZE",
        "GRANT",
        "\u200b",
        "\x00",
        "é",
        "😀",
    ]
)


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        ("", set()),
        ("SELECT 1; DROP TABLE x", {Effect.READS, DD}),
        ("SELECT 'DROP TABLE x' -- DROP TABLE x", {Effect.READS}),
        ("DO $$ BEGIN EXECUTE 'DO $x$ BEGIN DROP TABLE a; END $x$'; END $$", {DD}),
        ("CREATE TEMP TABLE a (b int); DROP TABLE a", {Effect.WRITES, Effect.DELETES}),
        ("CREATE TEMP TABLE a (b int); DROP TABLE a; DROP TABLE a", {Effect.WRITES, Effect.DELETES, DD}),
        ("SELECT '\\'; DROP TABLE x; --'", {Effect.READS, DD}),
        ("DROP\u200bTABLE x", {DD, UNKNOWN}),
        ("SELECT `a` # , `b`\n, password FROM users", {Effect.READS, Effect.READS_SECRET}),
        ("SELECT `a` -- , password\nFROM users", {Effect.READS}),
        ("SELECT `a` --1; DELETE FROM users\nFROM b", {Effect.READS, Effect.DELETES, DD}),
        ("SELECT 'a", {UNKNOWN, Effect.READS}),
    ],
)
def test_effects(text: str, effects: set[Effect]) -> None:
    assert sql(text).effects == effects


def test_a_dialect_that_is_named_is_the_only_reading() -> None:
    text = "SELECT '\\'; DROP TABLE x; --'"
    assert DD in sql(text, "postgres").effects
    assert DD not in sql(text, "mysql").effects
    assert DD in sql(text, "unheard of").effects


def test_deeds_say_where_they_stand() -> None:
    text = "SELECT 1; DO $$ BEGIN DROP TABLE x; END $$"
    deed = next(deed for deed in sql(text).deeds if deed.effect is DD)
    assert "DROP TABLE x" in text[deed.start : deed.end]
    assert not text[deed.start : deed.end].startswith("SELECT")


@pytest.mark.parametrize(
    "text",
    [
        "x" * (MAX_TEXT + 1),
        "(" * MAX_TEXT,
        "EXEC('" * 9000,
        "SELECT 1;" * 10_000,
        "alter table a drop " * 5000,
        "f(" * 40_000,
        "SELECT " + "array[" * 50,
        "SELECT a WHERE " + "b AND " * 15_000 + "c",
    ],
)
def test_what_is_too_much_is_unknown_soon(text: str) -> None:
    assert UNKNOWN in sql(text).effects


def test_texts_that_may_be_sql() -> None:
    assert looks_like_sql(" (select 1)")
    assert not looks_like_sql("selecting things")


@settings(max_examples=150, deadline=4000)
@given(st.lists(PIECES | st.text(max_size=4), max_size=30), st.sampled_from([None, *MANNERS]))
def test_any_text_is_answered_and_nothing_is_logged(pieces: list[str], dialect: str | None) -> None:
    said: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = said.append  # type: ignore[method-assign]
    logger = logging.getLogger("sqlglot")
    logger.addHandler(handler)
    try:
        text = " ".join(pieces)
        found = sql(text, dialect)
    finally:
        logger.removeHandler(handler)
    assert isinstance(found, Understood)
    assert isinstance(found.tree, Node)
    assert bool(found.unread) <= (UNKNOWN in found.effects)
    assert all(0 <= deed.start <= deed.end <= len(text) for deed in found.deeds)
    assert not said


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_one_more_drop_is_always_seen(text: str) -> None:
    quoted = text.replace("'", "''").replace("\\", "/")
    assert DD in sql(f"SELECT '{quoted}'; DROP TABLE x").effects
    assert DD not in sql(f"SELECT '{quoted}'").effects


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROMders WHERE id IN (SELECT id FROM orders)",
        "INSERT INTO FUNCTION",
        "SELECT d::date FROM generate_series('2026-01-01'::date, '2026-01-31', '",
    ],
)
def test_odd_trees_are_unread(text: str) -> None:
    """On each of these the parser stumbled, or made a tree that nobody expects."""
    assert Effect.UNKNOWN in sql(text).effects
