"""Conditions worked out for a handful of rows."""

import pytest
from sqlglot import parse_one

from sidecar.core.understand.sql.parse import Unparsed
from sidecar.core.understand.sql.sample import holds_for_all


@pytest.mark.parametrize(
    ("condition", "every"),
    [
        ("id % 1 = 0", True),
        ("id = id + 0", True),
        ("id * 0 = 0", True),
        ("(id IS NULL) = FALSE", True),
        ("COALESCE(n, 1) IS NOT NULL", True),
        ("CASE WHEN id > 0 THEN TRUE ELSE TRUE END", True),
        ("id NOT IN (0, -1)", True),
        ("user_id > 0", True),
        ("id + 1 > 0 AND NOT id < 0", True),
        ("paid = TRUE OR paid = FALSE", True),
        ("name LIKE '%' OR name IS NULL", True),
        ("name SIMILAR TO '%' OR name IS NULL", True),
        ("name IS DISTINCT FROM NULL OR name IS NULL", True),
        ("name <> 'x' OR name = 'x' OR name IS NULL", True),
        ("LENGTH(name) >= 0 OR name IS NULL OR name = 'x'", True),
        ("name LIKE 'a%' OR name IS NULL", False),
        ("name <> 'x' OR name IS NULL", False),
        ("name SIMILAR TO '(a|b)%'", False),
        ("paid = TRUE", False),
        ("id % 2 = 0", False),
        ("a.id = b.id", False),
        ("a.id <> b.id", False),
        ("id <> 5", False),
        ("n > 0", False),
        ("n IS NOT NULL", False),
        ("id NOT IN (1, 2)", False),
        ("name = 'x'", False),
        ("f(id) = 1", False),
        ("1 / 0 = id", False),
        ("1 = 1", False),
    ],
)
def test_rows(condition: str, every: bool) -> None:
    assert holds_for_all(parse_one(condition)) is every


def test_a_pattern_of_many_pieces_is_tried_once() -> None:
    """Each piece at every place where it fits would take longer than the world stands."""
    assert not holds_for_all(parse_one("x LIKE '" + "%a" * 30 + "%b' AND x <> '" + "a" * 60 + "'"))


def test_what_takes_too_long_to_work_out_is_unread() -> None:
    with pytest.raises(Unparsed, match="too long to be worked out"):
        holds_for_all(parse_one("id % 500 IN (" + ", ".join(map(str, range(500))) + ")"))
