"""Conditions that pick every row, none, or some."""

import pytest
from sqlglot import parse_one

from sidecar.core.understand.sql.condition import truth

EVERY = """1=1|true|1
'a'='a'|'a'='A '|2>1|1<>2|id=id|id is not null|not id is null|id > 0|0 < id|x=5 or 1=1|(x=5) or (true)
x is null or x is not null|x = 1 or x <> 1|x or not x|x like 'a' or x not like 'a'|name like '%'|name like '%%'
name like '%' escape '!'|not (1 <> 1)|not false|exists (select 1)|exists (select 1 from u where u.id = 3)
id in (select id from t)|1 in (1, 2)|x in (x)|now() > '2000-01-01'|random() <> random()|rand() < 2
not exists (select id from empty)|(select count(*) from u) = 0|id between 0 and 9999999999|made < '2999-01-01'
1=1 and true|coalesce(x, 1) = coalesce(x, 1)|id is distinct from null|regexp_like(name, '.*')|name ~ '.*'
post_id in (select id from posts)|company_id in (select id from companies)|paid = true or paid = false
created_at is not null|last_seen <= current_timestamp|name glob '*'
id in (select id from (select id, row_number() over () as n from t) u where n > 0)
(1=1) is true|'1' = 1|'a' <> 'b' or true|'a'"""
SOME = """id = 4|id > 100|x is not null|x is null|1=1 and id = 4|x = 5 or y = 6|name like 'a%'|id in (1, 2)
user_id in (select id from users where closed)|exists (select 1 from u where u.id = t.user_id)|id <> 5
not (id = 4)|not (id > 0)|not (name like '%')|not exists (select 1 from u where u.id = t.user_id)
post_id in (select post_id from spam)|post_id in (select id from posts where spam)|paid = true or x = 1
shipped_at is not null|last_seen < '2026-01-01'|name glob 'a*'
id in (select id from (select id, row_number() over () as n from t) u where n > 3)
made < now()|:id = 4|id = $1|x between 1 and 5|x = 5 and (1=1 or y = 2)|not x like 'a'
exists (select 1 from closed c where c.user_id = user_id)"""
NONE = "false|1=2|1=0|'a'='b'|not true|not (1=1)|id <> id|null|x = 1 and 1 = 0|2 < 1|name not like '%'"


def rows(text: str) -> list[str]:
    return [row for line in text.split("\n") for row in line.split("|")]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        *((row, True) for row in rows(EVERY)),
        *((row, None) for row in rows(SOME)),
        *((row, False) for row in rows(NONE)),
    ],
)
def test_truth(condition: str, expected: bool | None) -> None:
    tree = parse_one(" ".join(["DELETE FROM t WHERE", condition]), dialect="postgres")
    assert truth(tree.args["where"]) is expected


def test_no_condition_is_true() -> None:
    assert truth(None) is True


def test_bars_are_or_to_mysql() -> None:
    assert truth(parse_one("DELETE FROM t WHERE id = 1 || 1=1", dialect="mysql").args["where"]) is True


def test_a_common_table_picks_its_own_rows() -> None:
    """The condition stands in the table above."""
    some = parse_one("WITH old AS (SELECT id FROM u WHERE x) DELETE FROM t WHERE id IN (SELECT id FROM old)")
    every = parse_one("WITH old AS (SELECT id FROM u) DELETE FROM t WHERE id IN (SELECT id FROM old)")
    assert truth(some.args["where"]) is None
    assert truth(every.args["where"]) is True
