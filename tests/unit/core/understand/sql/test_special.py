"""Statements whose first words do not say enough."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.effects import Found
from sidecar.core.understand.sql.lex import lexed
from sidecar.core.understand.sql.plain import plain
from sidecar.core.understand.sql.special import SPECIAL
from sidecar.core.understand.sql.token import MANNERS, Tokens


def cut(text: str, manner: str = "postgres") -> Tokens:
    return lexed(text, MANNERS[manner]).tokens


R, W, L = Effect.READS, Effect.WRITES, Effect.LEAVES_MACHINE
D, A, S = Effect.DESTROYS_DATA, Effect.CHANGES_ACCESS, Effect.READS_SECRET


def read(text: str) -> Found:
    found = Found()
    tokens = cut(text)
    SPECIAL.get(tokens[0].word, plain)(tokens, found)
    return found


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        ("ATTACH 'other.db' AS o", {W}),
        ("ATTACH 'postgres://x.example/d' AS o", {L}),
        ("ATTACH 'x.php' AS o", {Effect.UNKNOWN}),
        ("ATTACH TABLE t", {W}),
        ("ATTACH 'dbname=x' AS o (TYPE postgres)", {Effect.UNKNOWN}),
        ("DBCC CHECKDB", {W}),
        ("DBCC WRITEPAGE ('d', 1)", {Effect.UNKNOWN}),
        ("LOAD json", {W}),
        ("LOAD 'x'", {Effect.RUNS_CODE}),
        ("DISABLE TRIGGER a ON t", {A}),
        ("FLUSH TABLES WITH READ LOCK", {A}),
        ("COPY t TO STDOUT", {R}),
        ("COPY t TO '/tmp/x'", {R, W, L}),
        ("COPY t FROM STDIN", {W}),
        ("COPY t FROM '/etc/passwd'", {R, W, S}),
        ("COPY t FROM PROGRAM 'x'", {W, Effect.RUNS_CODE}),
        ("COPY pg_authid TO STDOUT", {R, S}),
        ("COPY INTO t FROM @s", {W}),
        ("COPY INTO @s FROM t", {L}),
        ("DETACH TABLE t", {Effect.DELETES}),
        ("DETACH TABLE t PERMANENTLY", {Effect.DELETES, D}),
        ("REMOVE @s/a.csv", {Effect.DELETES}),
        ("REMOVE @s/a/", {Effect.DELETES, D}),
        ("REMOVE @s", {Effect.DELETES, D}),
        ("GET @s file:///tmp/", {L}),
        ("VACUUM t", {W}),
        ("VACUUM t RETAIN 0 HOURS", {W, D}),
        ("DROP TABLE a, b", {D}),
        ("DROP INDEX a", {Effect.DELETES}),
        ("TRUNCATE a", {D}),
        ("GRANT SELECT ON a TO b", {A}),
        ("GRANT sysadmin TO b", {A, Effect.ESCALATES}),
        ("VACUUM a", {W}),
        ("VACUUM INTO 'x'", {W, L}),
        ("SYSTEM FLUSH LOGS", {W}),
        ("SYSTEM ls", {Effect.RUNS_CODE}),
        ("RESTORE DATABASE a", {D}),
        ("RESTORE VERIFYONLY", {R}),
        ("SOURCE x", {Effect.RUNS_CODE, Effect.UNKNOWN}),
        ("UNLOAD ('SELECT 1') TO 'x'", {L}),
        ("SHOW TABLES", {R}),
    ],
)
def test_effects(text: str, effects: set[Effect]) -> None:
    assert {deed.effect for deed in read(text).deeds} == effects


@pytest.mark.parametrize(
    ("text", "tails"),
    [
        ("EXPLAIN DELETE FROM a", ""),
        ("EXPLAIN ANALYZE DELETE FROM a", "DELETE"),
        ("EXPLAIN (ANALYZE false) DELETE FROM a", ""),
        ("COPY (SELECT 1) TO STDOUT", "SELECT"),
        ("SET x = (SELECT 1)", "SELECT"),
        ("EXPORT DATA OPTIONS (a = 'b') AS SELECT 1", "SELECT"),
    ],
)
def test_statements_inside(text: str, tails: str) -> None:
    assert " ".join(tail[0].word for tail in read(text).tails) == tails


def test_names() -> None:
    assert {thing.name for deed in read("DROP TABLE IF EXISTS a, b.c").deeds for thing in deed.objects} == {"a", "b.c"}


def test_what_begins_with_nothing_known_is_unread() -> None:
    assert read("FROBNICATE x").unread
    assert read("COPY t").unread
