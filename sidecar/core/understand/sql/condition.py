"""Whether a condition picks rows at all: `WHERE 1=1`, `id = id`, `x = 3 OR TRUE` pick every one.

Strategy: three values. True: holds for every row, so it is as good as none. False: for no row. None: it depends on the
row, as far as anyone can tell.

Rules:
- A condition that names no column and no parameter outside queries of its own cannot depend on the row; what it
  computes is not worked out, it counts as true. A key compared with what no key is (`id > 0`, `id IS NOT NULL`) too.
- False only where it is certain: what is doubtful is never turned into "no row" by a NOT.
"""

import re
from collections.abc import Callable

from sqlglot import exp

from sidecar.core.understand.sql.bounds import beyond, is_key, is_written, numbered
from sidecar.core.understand.sql.depends import depends
from sidecar.core.understand.sql.nodes import each
from sidecar.core.understand.sql.sample import holds_for_all

Truth = bool | None
_EVERY_TEXT = re.compile(r"\^?(\.[*+]?|\(\.[*+]\)|\[\\s\\S\]\*)?\$?")
_MIRRORED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.EQ: exp.EQ, exp.NEQ: exp.NEQ, exp.GT: exp.LT, exp.LT: exp.GT, exp.GTE: exp.LTE, exp.LTE: exp.GTE,
}  # fmt: skip
_COMPARED: dict[type[exp.Expr], Callable[[float, float], bool]] = {
    exp.EQ: lambda a, b: a == b,
    exp.NullSafeEQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
}
_SAME_HOLDS = (exp.EQ, exp.NullSafeEQ, exp.GTE, exp.LTE, exp.Like, exp.ILike)


def truth(node: exp.Expr | None) -> Truth:
    """Of the condition of a DELETE or UPDATE; no condition is true."""
    if node is None:
        return True
    known = _known(node)
    if known is None and (not depends(node) or holds_for_all(node)):
        return True
    return known


def _known(node: exp.Expr) -> Truth:
    for kind, rule in _RULES:
        if isinstance(node, kind):
            return rule(node)
    return None


def _either(node: exp.Expr) -> Truth:
    sides = {_or_rootless(node.this), _or_rootless(node.expression)}
    if True in sides or _opposites(node.this, node.expression):
        return True
    return False if sides == {False} else None


def _or_rootless(node: exp.Expr) -> Truth:
    """A side of OR that depends on nothing lets every row through, whatever it computes."""
    known = _known(node)
    return True if known is None and not depends(node) else known


def _both(node: exp.Expr) -> Truth:
    sides = {_or_rootless(node.this), _or_rootless(node.expression)}
    if False in sides:
        return False
    return True if sides == {True} else None


def _not(node: exp.Expr) -> Truth:
    inner = node.this
    while isinstance(inner, exp.Paren):
        inner = inner.this
    if isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Null):
        return True if is_key(inner.this) else None
    known = _known(inner)
    if (known and inner.find(exp.Column, exp.Query, exp.Func)) or inner.find(exp.Placeholder, exp.Parameter):
        return True if known is False else None
    if known and any(literal.is_string for literal in each(inner, exp.Literal)):
        return None
    return None if known is None else not known


def _is(node: exp.Expr) -> Truth:
    """`id IS NOT NULL` in both spellings of the parser, and constants."""
    other = node.expression
    negated = bool(node.args.get("negate")) or isinstance(other, exp.Not)
    if isinstance(other, exp.Boolean):
        inner = _known(node.this)
        return None if inner is None else (inner == bool(other.this)) != negated
    there = is_key(_bare(node.this)) or is_written(_bare(node.this))
    return True if negated and there else None


def _compared(node: exp.Expr) -> Truth:
    left, right = _bare(node.this), _bare(node.expression)
    if isinstance(node, exp.EQ) and isinstance(right, exp.Any):
        return True if _unconditional(right.find(exp.Select)) and is_key(left) else None
    if isinstance(left, exp.Literal) and isinstance(right, exp.Literal):
        return _literals(type(node), left, right)
    if isinstance(left, exp.Boolean) and isinstance(right, exp.Boolean):
        return _COMPARED[type(node)](float(left.this), float(right.this))
    if left == right and not isinstance(left, exp.Placeholder | exp.Parameter):
        return _with_itself(node, left)
    mirrored = _MIRRORED.get(type(node))
    if mirrored and isinstance(left, exp.Literal | exp.Neg):
        return beyond(mirrored, right, left)
    return beyond(type(node), left, right)


def _with_itself(node: exp.Expr, side: exp.Expr) -> Truth:
    """`id = id` holds, `id <> id` does not; `random() <> random()` may."""
    if isinstance(node, _SAME_HOLDS):
        return True
    return False if isinstance(side, exp.Column) else None


def _literals(kind: type[exp.Expr], left: exp.Literal, right: exp.Literal) -> Truth:
    """Numbers are compared; texts that only some collations hold equal (`'a' = 'A '`) count as equal."""
    try:
        return _COMPARED[kind](float(left.this), float(right.this))
    except ValueError:
        same = left.this.strip().casefold() == right.this.strip().casefold()
    certain = left.is_string and right.is_string and (left.this + right.this).isascii()
    if kind in {exp.EQ, exp.NullSafeEQ}:
        return True if same else False if certain else None
    return False if kind is exp.NEQ and left.this == right.this else None


def _between(node: exp.Expr) -> Truth:
    low = beyond(exp.GTE, _bare(node.this), node.args["low"])
    return True if low and beyond(exp.LTE, _bare(node.this), node.args["high"]) else None


def _like(node: exp.Expr) -> Truth:
    pattern = _bare(node.expression)
    all_of_it = "*" if isinstance(node, exp.Glob) else "%"
    every = (
        isinstance(pattern, exp.Literal) and pattern.is_string and pattern.this and not pattern.this.strip(all_of_it)
    )
    if not every and _bare(node.this) != pattern:
        return None
    return not node.args.get("negate")


def _regular(node: exp.Expr) -> Truth:
    pattern = _bare(node.expression)
    return True if isinstance(pattern, exp.Literal) and _EVERY_TEXT.fullmatch(pattern.this) else None


def _in(node: exp.Expr) -> Truth:
    """`1 IN (1, 2)`, and `id IN (SELECT id FROM t)` without a condition of its own."""
    query = node.args.get("query")
    if query is not None:
        inner = query.this if isinstance(query, exp.Subquery) else query
        return True if _unconditional(inner) and _meets_each(_bare(node.this), inner) else None
    return True if any(_bare(node.this) == _bare(one) for one in node.expressions) else None


def _meets_each(key: exp.Expr, query: exp.Expr) -> bool:
    """`id IN (SELECT id FROM t)`, `post_id IN (SELECT id FROM posts)`: what a row refers to is always there."""
    source = query.args.get("from_") or query.args.get("from")
    name = source.this.name if source is not None and isinstance(source.this, exp.Table) else ""
    return is_key(key) or (isinstance(key, exp.Column) and refers(key.name, name))


def refers(column: str, name: str) -> bool:
    """`post_id` refers to `posts`, `company_id` to `companies`."""
    low, table = column.lower().removesuffix("_id"), name.lower()
    return low != column.lower() and len(low) > 1 and table.startswith(low[:-1] if low.endswith("y") else low)


def _exists(node: exp.Expr) -> Truth:
    return True if _unconditional(node.this) else None


def _unconditional(query: exp.Expr | None) -> bool:
    if not isinstance(query, exp.Select):
        return False
    if any(query.args.get(part) for part in ("having", "limit", "joins", "group", "qualify")):
        return False
    where = query.args.get("where")
    return (where is None or _known(where) is True or numbered(where, query)) and _of_all(query)


def _of_all(query: exp.Expr) -> bool:
    """What it asks is a table, or a query of its own without a condition; not a common table that picks rows."""
    source = query.args.get("from_") or query.args.get("from")
    held = source.this if source is not None else None
    if isinstance(held, exp.Subquery):
        return _unconditional(held.this)
    if not isinstance(held, exp.Table) or held.db:
        return True
    named = (one for one in query.root().find_all(exp.CTE) if one.alias.lower() == held.name.lower())
    picked = next(named, None)
    return picked is None or _unconditional(picked.this)


def _literal(node: exp.Expr) -> Truth:
    if isinstance(node, exp.Literal):
        try:
            return float(node.this) != 0
        except ValueError:
            return True  # unclear between servers: MySQL reads 'a' as 0, others refuse; the stricter answer
    return bool(node.this)


def _joined(node: exp.Expr) -> Truth:
    """`||` is OR to MySQL."""
    return (
        True if any(isinstance(_bare(side), exp.EQ) and _known(side) for side in (node.this, node.expression)) else None
    )


def _within(node: exp.Expr) -> Truth:
    return _known(node.this)


def _bare(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _opposites(left: exp.Expr, right: exp.Expr) -> bool:
    """`x IS NULL OR x IS NOT NULL`, `a OR NOT a`, `x = 1 OR x <> 1`."""
    left, right = _bare(left), _bare(right)
    if isinstance(left, exp.Not):
        left, right = right, left
    if isinstance(right, exp.Not):
        return _bare(right.this) == left
    if bool(left.args.get("negate")) != bool(right.args.get("negate")):
        return type(left) is type(right) and _positive(left) == _positive(right)
    pair = {type(left), type(right)}
    opposite = pair in ({exp.EQ, exp.NEQ}, {exp.LT, exp.GTE}, {exp.GT, exp.LTE})
    return opposite and (left.this, left.expression) == (right.this, right.expression)


def _positive(node: exp.Expr) -> exp.Expr:
    """Without the NOT in `IS NOT`, `NOT LIKE`, `NOT IN`."""
    plain = node.copy()
    plain.set("negate", None)
    return plain


_RULES: tuple[tuple[type[exp.Expr] | tuple[type[exp.Expr], ...], Callable[[exp.Expr], Truth]], ...] = (
    (exp.Or, _either),
    (exp.And, _both),
    (exp.Not, _not),
    ((exp.Paren, exp.Where), _within),
    (exp.Is, _is),
    (tuple(_COMPARED), _compared),
    (
        exp.NullSafeNEQ,
        lambda node: True if isinstance(node.expression, exp.Null) and is_key(_bare(node.this)) else None,
    ),
    ((exp.Like, exp.ILike, exp.Glob), _like),
    (exp.Escape, _within),
    ((exp.RegexpLike, exp.RegexpILike, exp.SimilarTo), _regular),
    (exp.Between, _between),
    (exp.In, _in),
    (exp.Exists, _exists),
    ((exp.Literal, exp.Boolean), _literal),
    (exp.DPipe, _joined),
    (exp.Null, lambda _: False),
)
