"""SQL that runs SQL."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.dynamic import DYNAMIC
from sidecar.core.understand.sql.effects import Found
from sidecar.core.understand.sql.lex import lexed
from sidecar.core.understand.sql.token import MANNERS, Tokens


def cut(text: str, manner: str = "postgres") -> Tokens:
    return lexed(text, MANNERS[manner]).tokens


def read(text: str, manner: str = "tsql") -> Found:
    found = Found()
    tokens = cut(text, manner)
    DYNAMIC[tokens[0].word](tokens, found)
    return found


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("EXECUTE 'DROP TABLE x'", ["DROP TABLE x"]),
        ("EXEC ('DROP ' + 'TABLE x')", ["DROP TABLE x"]),
        ("EXECUTE IMMEDIATE 'SELECT 1' USING a", ["SELECT 1"]),
        ("EXEC sp_executesql N'SELECT @a', N'@a int', @a = 1", ["SELECT @a", "@a int"]),
        ("PREPARE p FROM 'DELETE FROM x'", ["DELETE FROM x"]),
        ("DO 'BEGIN END'", ["BEGIN END"]),
    ],
)
def test_literals_are_read(text: str, inner: list[str]) -> None:
    found = read(text)
    assert [one.text for one in found.inner] == inner
    assert not found.computed


@pytest.mark.parametrize(
    "text",
    [
        "EXEC (@a)",
        "EXECUTE 'DROP TABLE ' || x",
        "EXEC sp_executesql @a",
        "EXEC dbo.CloseYear",
        "EXECUTE p(1)",
        "PREPARE p FROM @q",
        "CALL purge()",
        "EXECUTE",
    ],
)
def test_what_is_computed_is_unknown(text: str) -> None:
    assert read(text).computed


def test_a_prepared_statement_was_read_where_it_was_prepared() -> None:
    found = read("PREPARE p AS SELECT 1", "postgres")
    assert found.prepared == {"p"}
    assert [tail[0].word for tail in found.tails] == ["SELECT"]
    again = Found(prepared=found.prepared)
    DYNAMIC["EXECUTE"](cut("EXECUTE p(1)"), again)
    assert not again.computed


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("EXEC xp_cmdshell 'id'", Effect.RUNS_CODE),
        ("EXECUTE AS USER = 'dbo'", Effect.ESCALATES),
        ("DO LANGUAGE plpython3u 'x'", Effect.RUNS_CODE),
    ],
)
def test_procedures_that_do_more(text: str, effect: Effect) -> None:
    assert [deed.effect for deed in read(text).deeds] == [effect]
