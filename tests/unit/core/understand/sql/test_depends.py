"""Conditions and the row that they are asked for."""

import pytest
from sqlglot import parse_one

from sidecar.core.understand.sql.depends import depends


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ("a = 1", True),
        ("1 = 1 OR b > 2", True),
        ("length('x') = 1", False),
        ("EXISTS (SELECT 1 FROM u WHERE u.a = 1 OR b = 2)", True),
        ("EXISTS (SELECT 1 FROM u WHERE u.a = 1 OR u.b = 2)", False),
        ("EXISTS (SELECT 1 FROM u WHERE u.a = t.a)", True),
        ("EXISTS (SELECT 1 FROM u WHERE a = 1)", False),
    ],
)
def test_what_a_condition_depends_on(condition: str, answer: bool) -> None:
    assert depends(parse_one(condition)) == answer
