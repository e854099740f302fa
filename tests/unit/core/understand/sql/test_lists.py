"""Long lists of constants as one token."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.lex import lexed
from sidecar.core.understand.sql.read import sql
from sidecar.core.understand.sql.token import MANNERS, Kind, Manner

ROW = "(1, 'it''s', -2.5e3, NULL, now(), '{\"a\": [1]}'::jsonb, DATE '2026-01-01', '')"

INTO = "INSERT INTO shop.t VALUES "
WIDE = "(1, 'customer', 'c@example.com', 'street 7, a city, and what makes a row as long as real ones', NULL, true)"


def rows(count: int, row: str = ROW) -> str:
    return INTO + ",\n ".join([row] * count)


@pytest.mark.parametrize("manner", list(MANNERS.values()), ids=list(MANNERS))
def test_every_manner_sees_the_same_list(manner: Manner) -> None:
    tokens = lexed(rows(30) + " RETURNING id", MANNERS["postgres"]).tokens
    assert [token.kind for token in lexed(rows(30) + " RETURNING id", manner).tokens] == [t.kind for t in tokens]
    assert tokens[-3].kind is Kind.LIST
    assert tokens[-3].word == ROW


@pytest.mark.parametrize(
    "row",
    [
        "(1, pg_read_file('/etc/passwd'))",
        "(1, (SELECT 1))",
        "(1, 'a\\')",
        "(1, 'a' -- )\n)",
        "('''a''', 1)",
        "(a)",
        '("a")',
    ],
)
def test_what_may_be_more_than_a_constant_is_no_list(row: str) -> None:
    assert not [token for token in lexed(rows(30, row), MANNERS["postgres"]).tokens if token.kind is Kind.LIST]


def test_a_thousand_rows_are_understood_and_what_stands_behind_them_too() -> None:
    text = rows(1000, WIDE)
    assert len(text) > 100_000
    assert sql(text).effects == {Effect.WRITES}
    assert Effect.DESTROYS_DATA in sql(f"{text}; DROP TABLE x").effects
    assert Effect.READS_SECRET in sql(f"{text} RETURNING (SELECT password FROM users)").effects  # noqa: S608


def test_a_long_list_of_keys_is_understood_only_behind_a_column() -> None:
    keys = ", ".join(map(str, range(2000)))
    assert sql(f"DELETE FROM t WHERE t.id IN ({keys})").effects == {Effect.DELETES, Effect.READS}  # noqa: S608
    assert Effect.UNKNOWN in sql(f"DELETE FROM t WHERE id % 2000 IN ({keys})").effects  # noqa: S608
