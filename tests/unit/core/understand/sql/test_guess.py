"""Which dialect a text is in, and how many readings it has."""

import pytest

from sidecar.core.understand.sql.guess import likely, manners, named, readings


@pytest.mark.parametrize(
    ("name", "dialect"),
    [("PostgreSQL", "postgres"), ("mssql", "tsql"), (" mysql ", "mysql"), ("oracle", None), (None, None)],
)
def test_names(name: str | None, dialect: str | None) -> None:
    assert named(name) == dialect


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("SELECT a::int FROM t RETURNING b", "postgres"),
        ("SELECT `a` FROM `t`", "mysql"),
        ("SELECT TOP 5 [a] FROM #t", "tsql"),
        ("SELECT * FROM `p.d.t`", "bigquery"),
        ("SELECT a FROM t PREWHERE b FORMAT JSON", "clickhouse"),
        ("SELECT a FROM t QUALIFY b", "snowflake"),
        ("SELECT v:a.b::int FROM t", "snowflake"),
        ("PRAGMA foo", "sqlite"),
    ],
)
def test_signs(text: str, dialect: str) -> None:
    assert likely(readings(text, None)[0][0].tokens, text)[0] == dialect


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("SELECT a FROM t WHERE b = 'c' -- d", 1),
        ("SELECT a FROM t WHERE b = $1 LIMIT 2", 1),
        ("SELECT '\\'; DROP TABLE x; --'", 2),
        ("SELECT a[1]", 1),
        ("SELECT [a b]", 2),
        ("SELECT 1 --1", 2),
        ("/*! DROP TABLE x */", 2),
    ],
)
def test_a_text_is_cut_in_every_manner_that_differs(text: str, count: int) -> None:
    assert len(readings(text, None)[0]) == count
    assert len(readings(text, "mysql")[0]) == 1


def test_manners_that_cannot_differ_are_not_tried() -> None:
    assert len(manners("SELECT 1")) == 1
    assert 1 < len(manners("SELECT $$a$$")) < 7
