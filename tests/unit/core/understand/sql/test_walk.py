"""Trees to what they do."""

import pytest
from sqlglot import parse_one

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.effects import Found
from sidecar.core.understand.sql.walk import walked


def read(text: str, dialect: str = "postgres") -> Found:
    return walked(parse_one(text, dialect=dialect))


R, W, D, DD, S = Effect.READS, Effect.WRITES, Effect.DELETES, Effect.DESTROYS_DATA, Effect.READS_SECRET


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        ("SELECT a FROM t", {R}),
        ("SELECT api_key FROM t", {R, S}),
        ("SELECT a FROM t WHERE api_key = 'x'", {R}),
        ("SELECT count(password) FROM t", {R}),
        ("SELECT * FROM pg_shadow", {R, S}),
        ("UPDATE t SET a = 1", {W, DD}),
        ("UPDATE t SET password = 'x' WHERE id = 3", {R, W}),
        ("UPDATE t SET a = 1 WHERE id = 3 RETURNING password", {R, W, S}),
        ("DELETE FROM t", {DD}),
        ("DELETE FROM t WHERE id = 3", {R, D}),
        ("WITH x AS (DELETE FROM t RETURNING a) SELECT * FROM x", {R, DD}),
        ("SELECT a INTO b FROM t", {R, W}),
        ("SELECT app.f(1)", {R, Effect.UNKNOWN}),
        ("SELECT set_config('role', 'x', true)", {R, Effect.ESCALATES}),
        ("SELECT dblink('h', 'SELECT 1')", {R, Effect.LEAVES_MACHINE}),
        ("SELECT * FROM file('/etc/passwd')", {R, S}),
        ("SELECT * FROM frob('x')", {R}),
        ("MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE", {R, W, D}),
    ],
)
def test_effects(text: str, effects: set[Effect]) -> None:
    assert {deed.effect for deed in read(text).deeds} == effects


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "SELECT u.ssn, n FROM app.users u JOIN b ON b.i = u.i",
            {"app.users", "b", "app.users.ssn", "n", "b.i", "app.users.i"},
        ),
        ("WITH x AS (SELECT a FROM t) SELECT a FROM x", {"t", "t.a"}),
        ("SELECT * FROM t", {"t", "t.*"}),
        ("SELECT count(*) FROM t", {"t"}),
    ],
)
def test_objects(text: str, names: set[str]) -> None:
    assert {thing.name for deed in read(text).deeds for thing in deed.objects} == names


def test_a_keyword_where_a_name_should_stand_is_unread() -> None:
    assert read("SELECT 1 AS a").unread == []
    assert walked(parse_one("SELECT a shutdown FROM t", dialect="mysql")).unread
