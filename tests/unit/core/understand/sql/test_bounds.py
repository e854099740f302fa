"""Bounds that no row is beyond."""

import pytest
from sqlglot import parse_one

from sidecar.core.understand.sql.bounds import beyond, is_key


@pytest.mark.parametrize(
    ("comparison", "every"),
    [
        ("id > 0", True),
        ("id >= 1", True),
        ("id > 1", None),
        ("id <> 0", True),
        ("id <> 5", None),
        ("id > -5", True),
        ("id < 5000000", None),
        ("id < 999999999999", True),
        ("n > 0", None),
        ("LENGTH(name) >= 0", True),
        ("LENGTH(name) > 5", None),
        ("ABS(n) > -1", True),
        ("ts <= CURRENT_TIMESTAMP", True),
        ("created_at < CURRENT_DATE", True),
        ("expires_at < CURRENT_TIMESTAMP", None),
        ("name >= ''", True),
        ("made > '1970-01-01'", True),
        ("made > '2024-01-01'", None),
        ("made < '2999-12-31'", True),
        ("made < CAST('2999-12-31' AS DATE)", True),
        ("made < '2023-01-01'", None),
    ],
)
def test_bounds(comparison: str, every: bool | None) -> None:
    node = parse_one(comparison)
    assert beyond(type(node), node.this, node.expression) is every


def test_keys_are_columns_named_like_one() -> None:
    assert is_key(parse_one("t.id"))
    assert not is_key(parse_one("t.paid"))
    assert not is_key(parse_one("'id'"))
