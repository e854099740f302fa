"""One statement: who reads it."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.effects import Found
from sidecar.core.understand.sql.guess import ORDER
from sidecar.core.understand.sql.lex import lexed
from sidecar.core.understand.sql.parse import MAX_TOKENS, Trees
from sidecar.core.understand.sql.statement import statement
from sidecar.core.understand.sql.token import MANNERS, Tokens


def cut(text: str, manner: str = "postgres") -> Tokens:
    return lexed(text, MANNERS[manner]).tokens


def read(text: str, budget: int = 1000) -> Found:
    return statement(cut(text), ORDER, set(), Trees(left=budget))


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        ("SELECT 1", {Effect.READS}),
        ("INSERT INTO t VALUES (1, 'a'), (-2, NULL)", {Effect.WRITES}),
        ("INSERT INTO mysql.user VALUES (1)", {Effect.WRITES, Effect.CHANGES_ACCESS}),
        ("INSERT INTO url (a, b) SELECT c, d FROM t", {Effect.WRITES, Effect.READS}),
        ("SELECT \"pg_read_file\"('/x')", {Effect.READS, Effect.READS_SECRET}),
        ("DROP TABLE t", {Effect.DESTROYS_DATA}),
        ("\\! id", {Effect.RUNS_CODE}),
        ("SELECT a FROM t INTO OUTFILE 'x'", {Effect.READS, Effect.WRITES, Effect.LEAVES_MACHINE}),
    ],
)
def test_effects(text: str, effects: set[Effect]) -> None:
    found = read(text)
    assert {deed.effect for deed in found.deeds} == effects
    assert not found.unread


@pytest.mark.parametrize(("text", "tail"), [("USE a DROP TABLE b", "DROP"), ("INSERT INTO t EXEC p", "EXEC")])
def test_statements_beside_it(text: str, tail: str) -> None:
    assert [one[0].word for one in read(text).tails] == [tail]


@pytest.mark.parametrize(
    ("text", "budget"),
    [("SELECT FROM WHERE", 1000), ("SELECT 1", 1), ("FROBNICATE", 1000), ("SELECT a" + ", a" * MAX_TOKENS, 99999)],
)
def test_what_is_not_read_says_so(text: str, budget: int) -> None:
    assert read(text, budget).unread
