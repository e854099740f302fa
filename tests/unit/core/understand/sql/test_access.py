"""Columns that say who may do what."""

import pytest

from sidecar.core.understand.sql.access import changes_access, gives_power


@pytest.mark.parametrize(
    ("table", "column", "changes"),
    [
        ("users", "is_admin", True),
        ("anything", "IS_ADMIN", True),
        ("users", "role", True),
        ("app.accounts", "permissions", True),
        ("messages", "role", False),
        ("users", "password_hash", True),
        ("users", "display_name", False),
        ("orders", "status", False),
    ],
)
def test_what_is_written_changes_access(table: str, column: str, changes: bool) -> None:
    assert changes_access(column, table) is changes


def test_names_that_say_who_rules() -> None:
    assert gives_power("is_superuser")
    assert not gives_power("role")
