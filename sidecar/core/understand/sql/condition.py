"""Whether a condition picks rows at all: `WHERE 1=1`, `id = id`, `x = 3 OR TRUE` pick every one.

Strategy: three values. True: holds for every row, so it is as good as none. False: for no row. None: it depends on the
row, as far as anyone can tell.

Rules: a condition that names no column, no parameter and nothing of the session cannot depend on the row; what it
computes is not worked out, it counts as true. A key compared with what no key is (`id > 0`, `id IS NOT NULL`) too.
"""

import re
from collections.abc import Callable

from sqlglot import exp

Truth = bool | None
_KEY = re.compile(r"(?i)^(id|uuid|guid|pk|_id|rowid|ctid|oid|rownum|_rowid_)$")
_COMPARED: dict[type[exp.Expression], Callable[[float, float], bool]] = {
    exp.EQ: lambda a, b: a == b,
    exp.NullSafeEQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
}
_SAME_HOLDS = (exp.EQ, exp.NullSafeEQ, exp.GTE, exp.LTE, exp.Like, exp.ILike)
_DEPENDS = (exp.Column, exp.Placeholder, exp.Parameter, exp.SessionParameter, exp.Dot)


def truth(node: exp.Expr | None) -> Truth:
    """Of the condition of a DELETE or UPDATE; no condition is true."""
    if node is None:
        return True
    known = _known(node)
    if known is None and not _depends(node):
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
    return True if known is None and not _depends(node) else known


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
        return True if _is_key(inner.this) else None
    known = _known(inner)
    return None if known is None else not known


def _is(node: exp.Expr) -> Truth:
    """`id IS NOT NULL` in its other spelling, and constants."""
    other = node.expression
    if isinstance(other, exp.Not):
        return True if _is_key(node.this) else None
    if isinstance(other, exp.Boolean):
        inner = _known(node.this)
        return None if inner is None else inner == bool(other.this)
    return None


def _compared(node: exp.Expr) -> Truth:
    left, right = _bare(node.this), _bare(node.expression)
    if isinstance(left, exp.Literal) and isinstance(right, exp.Literal):
        return _literals(type(node), left, right)
    if isinstance(left, exp.Boolean) and isinstance(right, exp.Boolean):
        return _COMPARED[type(node)](float(left.this), float(right.this))
    if left == right and not isinstance(left, exp.Placeholder | exp.Parameter):
        return isinstance(node, _SAME_HOLDS)
    if _is_key(left):
        return _beyond_keys(node, right)
    return None


def _literals(kind: type[exp.Expr], left: exp.Literal, right: exp.Literal) -> Truth:
    try:
        return _COMPARED[kind](float(left.this), float(right.this))  # type: ignore[index]
    except ValueError:
        same = left.this == right.this
        return {exp.EQ: same, exp.NullSafeEQ: same, exp.NEQ: not same}.get(kind, True)  # type: ignore[call-overload,no-any-return]


def _beyond_keys(node: exp.Expr, right: exp.Expr) -> Truth:
    """`id > 0`, `id >= 1`, `id <> -1`, `id != ''`: keys begin at one."""
    text = right.sql() if isinstance(right, exp.Literal | exp.Neg) else "?"
    if isinstance(node, exp.NEQ):
        return True if text in {"0", "''", "'0'"} or text.startswith("-") else None
    if isinstance(node, exp.GT):
        return True if text == "0" or text.startswith("-") else None
    if isinstance(node, exp.GTE):
        return True if text in {"0", "1"} or text.startswith("-") else None
    return None


def _like(node: exp.Expr) -> Truth:
    pattern = _bare(node.expression)
    if isinstance(pattern, exp.Literal) and pattern.is_string and pattern.this and not pattern.this.strip("%"):
        return True
    return True if _bare(node.this) == pattern else None


def _in(node: exp.Expr) -> Truth:
    """`1 IN (1, 2)`, and `id IN (SELECT id FROM t)` without a condition of its own."""
    query = node.args.get("query")
    if query is not None:
        inner = query.this if isinstance(query, exp.Subquery) else query
        return True if _unconditional(inner) and _is_key(_bare(node.this)) else None
    return True if any(_bare(node.this) == _bare(one) for one in node.expressions) else None


def _exists(node: exp.Expr) -> Truth:
    return True if _unconditional(node.this) else None


def _unconditional(query: exp.Expr | None) -> bool:
    if not isinstance(query, exp.Select):
        return False
    return not any(query.args.get(part) for part in ("where", "having", "limit", "joins", "group", "qualify"))


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
    pair = {type(left), type(right)}
    opposite = pair in ({exp.EQ, exp.NEQ}, {exp.LT, exp.GTE}, {exp.GT, exp.LTE})
    return opposite and (left.this, left.expression) == (right.this, right.expression)


def _is_key(node: exp.Expr) -> bool:
    return isinstance(node, exp.Column) and bool(_KEY.match(node.name))


def _depends(node: exp.Expr) -> bool:
    return node.find(*_DEPENDS) is not None


_RULES: tuple[tuple[type[exp.Expr] | tuple[type[exp.Expr], ...], Callable[[exp.Expr], Truth]], ...] = (
    (exp.Or, _either),
    (exp.And, _both),
    (exp.Not, _not),
    ((exp.Paren, exp.Where), _within),
    (exp.Is, _is),
    (tuple(_COMPARED), _compared),
    ((exp.Like, exp.ILike), _like),
    (exp.In, _in),
    (exp.Exists, _exists),
    ((exp.Literal, exp.Boolean), _literal),
    (exp.DPipe, _joined),
    (exp.Null, lambda _: False),
)
