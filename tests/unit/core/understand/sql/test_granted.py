"""Columns of power that a statement writes."""

import pytest
import sqlglot

from sidecar.core.understand.sql.granted import granted


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("UPDATE users SET is_admin = true, name = 'x' WHERE id = 3", ["is_admin"]),
        ("UPDATE users SET (is_admin, a) = (true, 1) WHERE id = 3", ["is_admin"]),
        ("UPDATE users SET name = 'x' WHERE is_admin = true", []),
        ("INSERT INTO users (id, is_admin) VALUES (1, true)", ["is_admin"]),
        ("INSERT INTO users (id, is_admin) VALUES (1, false), (2, NULL)", []),
        ("INSERT INTO users (id, is_admin) SELECT 1, true", ["is_admin"]),
        ("INSERT INTO users (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET is_admin = true", ["is_admin"]),
        ("MERGE INTO users u USING s ON u.id = s.id WHEN MATCHED THEN UPDATE SET is_admin = true", ["is_admin"]),
        ("MERGE INTO users u USING s ON u.id = s.id WHEN MATCHED THEN UPDATE SET a = s.is_admin", []),
    ],
)
def test_columns_of_power(text: str, columns: list[str]) -> None:
    assert granted(sqlglot.parse_one(text, read="postgres"), "users") == columns
