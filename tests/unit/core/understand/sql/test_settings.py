"""SET and PRAGMA."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.effects import Found
from sidecar.core.understand.sql.lex import lexed
from sidecar.core.understand.sql.settings import pragma, set_
from sidecar.core.understand.sql.token import MANNERS

R, W, A, U = Effect.READS, Effect.WRITES, Effect.CHANGES_ACCESS, Effect.UNKNOWN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SET x = 1", set()),
        ("SET row_security = off", {A}),
        ("SET @@global.x = 1", {A}),
        ("SET ROLE = bob", {Effect.ESCALATES}),
        ("PRAGMA table_info(a)", {R}),
        ("PRAGMA a = 1", {W, U}),
        ("PRAGMA writable_schema = 1", {W, A}),
        ("SET readonly = 0", {A}),
        ("SET readonly = 1", set()),
        ("SET transaction_read_only TO off", {A}),
        ("SET a = 1, allow_introspection_functions = 1", {A}),
        ("SET allow_experimental_x = 0", set()),
        ("SET spark.databricks.delta.retentionDurationCheck.enabled = false", {A}),
        ("SET session_preload_libraries = 'x'", {A}),
        ("SET check_function_bodies = off", set()),
        ("SET @allow_x = 1", set()),
        ("SET statement_timeout = 0", set()),
        ("PRAGMA foreign_keys = ON", {W}),
        ("PRAGMA journal_mode = WAL", {W}),
        ("PRAGMA journal_mode = OFF", {W, Effect.DESTROYS_DATA}),
    ],
)
def test_effects(text: str, expected: set[Effect]) -> None:
    found = Found()
    tokens = lexed(text, MANNERS["postgres"]).tokens
    (set_ if text.startswith("SET") else pragma)(tokens, found)
    assert {deed.effect for deed in found.deeds} == expected
