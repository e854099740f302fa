"""What is written, and whether it is every row."""

import pytest
import sqlglot
from sqlglot import exp

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.effects import Found
from sidecar.core.understand.sql.nodes import below
from sidecar.core.understand.sql.writes import WRITERS, full

W, D, X = Effect.WRITES, Effect.DELETES, Effect.DESTROYS_DATA


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DELETE FROM t WHERE id = 3", {D}),
        ("DELETE FROM t", {X}),
        ("DELETE FROM t WHERE false", set()),
        ("UPDATE t SET a = 1 WHERE id = 3", {W}),
        ("UPDATE t SET a = 1", {W, X}),
        ("UPDATE users SET role = 'x' WHERE id = 3", {W, Effect.CHANGES_ACCESS}),
        ("INSERT INTO t SELECT 1", {W}),
        ("INSERT OVERWRITE TABLE t SELECT 1", {W, X}),
        ("MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE", {W, D}),
        ("MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE", {W, X}),
        ("SELECT 1", set()),
    ],
)
def test_effects(text: str, expected: set[Effect]) -> None:
    found = Found()
    for node in below(sqlglot.parse_one(text, read="spark")):
        if type(node) in WRITERS:
            WRITERS[type(node)](node, found)
    assert {deed.effect for deed in found.deeds} == expected


def test_a_name_is_whole() -> None:
    assert full(sqlglot.parse_one("SELECT 1 FROM a.b.c").find(exp.Table) or exp.Table()) == "a.b.c"
