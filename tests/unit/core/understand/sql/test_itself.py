"""Rows joined with their own table."""

import pytest
import sqlglot

from sidecar.core.understand.sql.itself import meets_all


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("DELETE FROM t USING t u WHERE t.id = u.id", True),
        ("DELETE FROM t USING t u WHERE (t.id = u.id AND 1 = 1)", True),
        ("DELETE FROM t USING t u WHERE t.id = u.id AND t.a = 4", False),
        ("DELETE FROM t USING t u WHERE t.id > u.id AND t.a = u.a", False),
        ("DELETE FROM t USING s u WHERE t.id = u.id", False),
        ("DELETE FROM t USING t u WHERE t.id = u.parent_id", False),
        ("DELETE FROM t WHERE id IN (SELECT u.id FROM t u WHERE u.id = t.id)", False),
    ],
)
def test_whether_every_row_is_met(text: str, every: bool) -> None:
    assert meets_all(sqlglot.parse_one(text, read="postgres"), "t") is every


@pytest.mark.parametrize(
    ("text", "target", "every"),
    [
        ("DELETE o FROM orders o JOIN users u ON o.user_id = u.id", "orders", True),
        ("DELETE o FROM orders o JOIN users u ON o.user_id = u.id WHERE u.id = 3", "orders", False),
        ("DELETE o FROM orders o JOIN stale s ON s.order_id = o.id", "orders", False),
        ("DELETE users, orders FROM users JOIN orders ON orders.user_id = users.id", "users", True),
        ("DELETE o FROM orders o JOIN users u ON o.user_id = u.id AND u.closed = 1", "orders", False),
    ],
)
def test_every_row_has_what_it_refers_to(text: str, target: str, every: bool) -> None:
    assert meets_all(sqlglot.parse_one(text, read="mysql"), target) is every
