"""Names that mean more than a value."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.functions import (
    FUNCTIONS,
    function,
    keeps_secrets,
    opaque,
    secret_column,
    secret_table,
)


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("pg_read_file", Effect.READS_SECRET),
        ("PG_CATALOG.PG_READ_FILE", Effect.READS_SECRET),
        ("xp_cmdshell", Effect.RUNS_CODE),
        ("dblink", Effect.LEAVES_MACHINE),
        ("sp_configure", Effect.CHANGES_ACCESS),
    ],
)
def test_functions(name: str, effect: Effect) -> None:
    known = function(name)
    assert known is not None
    assert known[0] is effect


@pytest.mark.parametrize("name", ["count", "my_pg_read_file", "lower"])
def test_others_only_compute(name: str) -> None:
    assert function(name) is None


@pytest.mark.parametrize(
    ("name", "unknown"),
    [("app.close_year", True), ("delete_user", True), ("pg_catalog.now", False), ("count", False), ("sp_help", False)],
)
def test_calls_whose_author_alone_knows(name: str, unknown: bool) -> None:
    assert opaque(name) is unknown


@pytest.mark.parametrize(
    ("name", "secret"),
    [("pg_shadow", True), ("pg_catalog.pg_authid", True), ("mysql.user", True), ("user", False), ("app.user", False)],
)
def test_tables(name: str, secret: bool) -> None:
    assert secret_table(name) is secret


@pytest.mark.parametrize(
    ("name", "secret"),
    [("password", True), ("u.API_KEY", True), ("password_changed_at", False), ("tokens_used", False)],
)
def test_columns(name: str, secret: bool) -> None:
    assert secret_column(name) is secret


def test_names_are_written_as_they_are_looked_up() -> None:
    assert all(name == name.lower() and "." not in name for name in FUNCTIONS)


def test_a_file_reader_is_judged_by_its_file() -> None:
    assert [function("read_csv", first) for first in ("a.csv", "/etc/passwd")] == [
        (Effect.READS, "reads a.csv"),
        (Effect.READS_SECRET, "/etc/passwd is a file of the machine"),
    ]


@pytest.mark.parametrize("name", ["pg_read_anything", "lo_anything", "http_anything", "xp_anything", "sys_anything"])
def test_families_of_the_server_are_closed(name: str) -> None:
    assert opaque(name)


@pytest.mark.parametrize("name", ["pg_size_pretty", "pg_get_viewdef", "pg_table_is_visible", "sys_context", "lower"])
def test_what_they_tell_is_harmless(name: str) -> None:
    assert not opaque(name)


def test_tables_of_keys() -> None:
    assert all(map(keeps_secrets, ("api_keys", "app.user_credentials", "oauth_tokens", "secrets")))
    assert not any(map(keeps_secrets, ("keys", "token_usage", "secretaries", "foreign_keys")))
