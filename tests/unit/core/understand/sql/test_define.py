"""CREATE."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.define import create
from sidecar.core.understand.sql.effects import Found
from sidecar.core.understand.sql.lex import lexed
from sidecar.core.understand.sql.token import MANNERS, Tokens


def cut(text: str, manner: str = "postgres") -> Tokens:
    return lexed(text, MANNERS[manner]).tokens


def effects(text: str) -> set[Effect]:
    found = Found()
    create(cut(text), found)
    return {deed.effect for deed in found.deeds}


W, D, A = Effect.WRITES, Effect.DESTROYS_DATA, Effect.CHANGES_ACCESS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CREATE TABLE t (a int)", {W}),
        ("CREATE OR REPLACE TABLE t (a int)", {W, D}),
        ("CREATE OR REPLACE VIEW v AS SELECT 1", {W}),
        ("CREATE EXTENSION IF NOT EXISTS pgcrypto", {Effect.INSTALLS}),
        ("CREATE EXTENSION plperlu", {Effect.INSTALLS, Effect.RUNS_CODE}),
        ("CREATE ROLE bob SUPERUSER", {A, Effect.ESCALATES}),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE plperlu AS 'x'", {W, Effect.RUNS_CODE}),
        ("CREATE FUNCTION f() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'x'", {W, Effect.ESCALATES}),
        ("CREATE TABLE t (a int) ENGINE = URL('x')", {W, Effect.LEAVES_MACHINE}),
        ("CREATE TABLE t (a int) ENGINE = NeverHeardOf('x')", {W, Effect.LEAVES_MACHINE}),
        ("CREATE TABLE t (a int) ENGINE = ReplacingMergeTree ORDER BY a", {W}),
        ("CREATE TABLE t USING delta LOCATION 's3://x/y'", {W, Effect.LEAVES_MACHINE}),
        ("CREATE VIRTUAL TABLE t USING fts5(body)", {W}),
        ("CREATE VIRTUAL TABLE t USING csv(filename='/x')", {W, Effect.UNKNOWN}),
        ("CREATE GADGET g", {W, Effect.UNKNOWN}),
    ],
)
def test_effects(text: str, expected: set[Effect]) -> None:
    assert effects(text) == expected


@pytest.mark.parametrize(
    ("text", "inner", "tails"),
    [
        ("CREATE FUNCTION f() RETURNS int AS 'DELETE FROM x' LANGUAGE sql", ["DELETE FROM x"], ""),
        ("CREATE PROCEDURE p() BEGIN DELETE FROM x", [], "BEGIN"),
        ("CREATE TRIGGER a BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()", [], ""),
        ("CREATE VIEW v AS SELECT 1", [], "SELECT"),
        ("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO TRUNCATE x", [], "TRUNCATE"),
    ],
)
def test_what_stands_inside(text: str, inner: list[str], tails: str) -> None:
    found = Found()
    create(cut(text), found)
    assert [one.text for one in found.inner] == inner
    assert " ".join(tail[0].word for tail in found.tails) == tails
