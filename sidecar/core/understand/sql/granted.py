"""Which columns that say who may do what a statement writes: in its SET, its rows, its upsert, the parts of a MERGE.

Rule: a row that is put in with no, nought or nothing there gives nobody power; an UPDATE to that takes some away.
"""

from sqlglot import exp

from sidecar.core.understand.sql.access import changes_access, gives_power
from sidecar.core.understand.sql.nodes import each


def granted(node: exp.Expr, table: str) -> list[str]:
    """Of an UPDATE, INSERT or MERGE of the table; each column once."""
    given = [*_set(node), *(one for part in each(node, exp.Update, exp.OnConflict) for one in _set(part))]
    found = [name for name in given if changes_access(name, table)]
    return list(dict.fromkeys([*found, *(name for insert in each(node, exp.Insert) for name in _put_in(insert))]))


def _set(node: exp.Expr) -> list[str]:
    if not isinstance(node, exp.Update | exp.OnConflict):
        return []
    left = [one.this for one in node.args.get("expressions") or () if isinstance(one, exp.EQ)]
    return [column.name for one in left for column in each(one, exp.Column)]


def _put_in(node: exp.Insert) -> list[str]:
    columns = node.this.expressions if isinstance(node.this, exp.Schema | exp.Tuple) else []
    powers = [(place, column.name) for place, column in enumerate(columns) if gives_power(column.name)]
    return [name for place, name in powers if not _withheld(node.expression, place)]


def _withheld(rows: exp.Expr | None, place: int) -> bool:
    """Every row has no, nought or nothing there."""
    if not isinstance(rows, exp.Values):
        return False
    values = [row.expressions[place] for row in rows.expressions if place < len(row.expressions)]
    return all(
        isinstance(value, exp.Null) or (isinstance(value, exp.Boolean | exp.Literal) and _no(value.this))
        for value in values
    )


def _no(value: object) -> bool:
    return value is False or str(value).lower() in {"0", "false", "f", "no", "n", ""}
