"""All nodes of a tree."""

from sqlglot import exp, parse_one

from sidecar.core.understand.sql.nodes import below, each

TREE = parse_one("WITH a AS (SELECT 1) DELETE FROM t WHERE x IN (SELECT y FROM a JOIN b USING (c)) AND f(z, 2) IS NULL")


def test_it_is_what_the_parser_walks_in_its_order() -> None:
    assert [id(node) for node in below(TREE)] == [id(node) for node in TREE.walk()]


def test_only_some_kinds() -> None:
    assert [table.name for table in each(TREE, exp.Table)] == ["t", "a", "b"]
    assert {type(one) for one in each(TREE, exp.Literal, exp.Null)} == {exp.Literal, exp.Null}
