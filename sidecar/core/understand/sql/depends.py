"""Whether a condition depends on the row it is asked for, or only on queries of its own.

Rule: what a query owns is looked up once for all that stands in it: otherwise a long condition costs by its square.
"""

from dataclasses import dataclass

from sqlglot import exp

from sidecar.core.understand.sql.nodes import children, each

_DEPENDS = (exp.Column, exp.Placeholder, exp.Parameter, exp.SessionParameter, exp.Dot)


@dataclass(frozen=True, slots=True)
class _Query:
    """The names of its tables, and whether a column of it says whose it is."""

    tables: frozenset[str]
    qualified: bool


def _query(node: exp.Expr) -> _Query:
    tables = frozenset(table.alias_or_name.lower() for table in each(node, exp.Table))
    return _Query(tables, any(column.table for column in each(node, exp.Column)))


def depends(node: exp.Expr) -> bool:
    found, queries = [node], dict[int, _Query]()
    for part in found:  # it grows while it is read, level by level, and mostly ends soon
        if isinstance(part, _DEPENDS) and not _of_inner_query(part, node, queries):
            return True
        found += children(part)
    return False


def _of_inner_query(part: exp.Expr, condition: exp.Expr, queries: dict[int, _Query]) -> bool:
    """It stands in a query inside the condition and is that query's own: `EXISTS (SELECT 1 FROM u WHERE u.id = 3)`."""
    query, own = part.parent, set[str]()
    while query is not None and query is not condition.parent:
        if isinstance(query, exp.Select):
            known = queries[id(query)] = queries.get(id(query)) or _query(query)
            own |= known.tables
            if not isinstance(part, exp.Column) or (not part.table and not known.qualified):
                return True
        query = query.parent
    return isinstance(part, exp.Column) and bool(part.table) and part.table.lower() in own
