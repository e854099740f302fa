"""Rows joined with the rows of their own table: `DELETE a FROM t a JOIN t b ON a.id = b.id` meets every row, for each
is joined at least with itself.

Rule: a column held equal to the same column of the same table limits nothing but missing values; all else in the
condition still counts.
"""

from sqlglot import exp

from sidecar.core.understand.sql.condition import refers, truth
from sidecar.core.understand.sql.nodes import each


def meets_all(node: exp.Expr, target: str) -> bool:
    """Whether a DELETE or UPDATE of `target` reaches every row, through copies of that very table."""
    if node.args.get("where") is None and _follows_keys(node, target):
        return True
    names = _copies(node, target)
    if len(names) < 2:
        return False
    conditions = [join.args["on"] for join in each(node, exp.Join) if join.args.get("on") and not join.side]
    where = node.args.get("where")
    pieces = [piece for condition in [*conditions, *([where.this] if where else [])] for piece in _pieces(condition)]
    rest = [piece for piece in pieces if not _itself(piece, names)]
    return len(rest) < len(pieces) and all(truth(piece) is True for piece in rest)


def _follows_keys(node: exp.Expr, target: str) -> bool:
    """`DELETE o FROM orders o JOIN users u ON o.user_id = u.id`: each order has its user; and
    `DELETE a, b FROM a JOIN b` leaves nothing that belongs together."""
    tables = {table.alias_or_name.lower(): _full(table) for table in each(node, exp.Table)}
    joins = [join.args["on"] for join in each(node, exp.Join) if join.args.get("on") and not join.side]
    pieces = [piece for join in joins for piece in _pieces(join)]
    several = len(node.args.get("tables") or ()) > 1
    return bool(pieces) and all(_key_of(piece, tables, target.lower(), several) for piece in pieces)


def _key_of(piece: exp.Expr, tables: dict[str, str], target: str, several: bool) -> bool:
    if not isinstance(piece, exp.EQ) or not all(isinstance(one, exp.Column) for one in (piece.this, piece.expression)):
        return False
    for child, parent in ((piece.this, piece.expression), (piece.expression, piece.this)):
        of_target = several or tables.get(child.table.lower()) == target
        if of_target and refers(child.name, tables.get(parent.table.lower(), "").rpartition(".")[2]):
            return True
    return False


def _copies(node: exp.Expr, target: str) -> set[str]:
    """The names under which the table stands in it, but for queries inside."""
    tables = [table for table in each(node, exp.Table) if table.find_ancestor(exp.Select) is None]
    return {table.alias_or_name.lower() for table in tables if _full(table) == target.lower()}


def _full(table: exp.Table) -> str:
    return ".".join(part.name for part in table.parts).lower()


def _pieces(condition: exp.Expr) -> list[exp.Expr]:
    while isinstance(condition, exp.Paren):
        condition = condition.this
    if isinstance(condition, exp.And):
        return [*_pieces(condition.this), *_pieces(condition.expression)]
    return [condition]


def _itself(piece: exp.Expr, names: set[str]) -> bool:
    if not isinstance(piece, exp.EQ | exp.NullSafeEQ):
        return False
    left, right = piece.this, piece.expression
    if not isinstance(left, exp.Column) or not isinstance(right, exp.Column):
        return False
    same = left.name.lower() == right.name.lower()
    return same and {left.table.lower(), right.table.lower()} <= names
