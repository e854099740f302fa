"""Conditions that are worked out for a handful of rows: `id % 1 = 0` holds for each of them, so it is no condition.

Rules: keys are positive, other numbers are anything and may be missing. What is not plain arithmetic is not worked out.
What would take too long to work out is `Unparsed`, so that it counts as unknown.
"""

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from sidecar.core.understand.sql.bounds import is_key
from sidecar.core.understand.sql.nodes import each
from sidecar.core.understand.sql.parse import Unparsed

Value = float | bool | str | None
MOST_STEPS = 4000  # nodes worked out, over all rows: 10 ms; an ordinary condition fails in the first rows
_KEYS = (1.0, 2.0, 3.0, 10.0, 97.0, 1001.0, 54321.0)
_NUMBERS = (0.0, None, -3.0, 1.0, 2.5, 88.0, -40000.0)
_SWITCH = (True, False)  # what a column holds that is compared with nothing but TRUE and FALSE
_TEXTS = ("", "a", "Zoë 9%", None, "b\n")
_PAIRS: dict[type[exp.Expr], Callable[[float, float], float | bool]] = {
    exp.Add: operator.add,
    exp.Sub: operator.sub,
    exp.Mul: operator.mul,
    exp.Div: operator.truediv,
    exp.Mod: operator.mod,
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
    exp.LT: operator.lt,
    exp.LTE: operator.le,
    exp.Xor: lambda a, b: bool(a) != bool(b),
}


@dataclass(slots=True)
class Row:
    """What the columns hold, one row after the other, and how many nodes may still be worked out."""

    values: dict[str, Value]
    left: int = MOST_STEPS

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise Unparsed("its condition takes too long to be worked out")


class _NotPlain(Exception):  # noqa: N818  (nobody's fault)
    """It holds something that is not worked out."""


def holds_for_all(condition: exp.Expr) -> bool:
    """Whether it is plain arithmetic over columns, and true for each of the rows that we try."""
    columns = {_name(column): column for column in each(condition, exp.Column)}
    if not columns:
        return False
    row = Row({})
    try:
        for row.values in _rows(condition, columns):
            row.spend(len(columns))
            if not _value(condition, row):
                return False
        return True
    except (_NotPlain, ArithmeticError, TypeError, RecursionError):
        return False


def _rows(condition: exp.Expr, columns: dict[str, exp.Column]) -> Iterator[dict[str, Value]]:
    """Two columns are equal in some rows and differ in others; what the condition names stands in one of them."""
    written = [_number(literal) for literal in each(condition, exp.Literal) if not literal.is_string]
    named = [*written, *(value + 1 for value in written)]
    switches = {_name(one.this) for one in each(condition, exp.EQ, exp.NEQ, exp.Is) if _switched(one)}
    spoken = [one for one in each(condition, exp.Literal) if one.is_string]
    texts = (*_TEXTS, *(one.this for one in spoken), *(one.this + "x" for one in spoken))
    keys = (*_KEYS, *(value for value in named if value > 0))
    numbers = (*_NUMBERS, *named)
    for row in range(len(numbers) + len(keys) + len(texts)):
        yield {
            name: _pick(
                _SWITCH if name in switches else texts if spoken else keys if _positive(column) else numbers,
                row * (place + 1),
            )
            for place, (name, column) in enumerate(columns.items())
        }


def _switched(node: exp.Expr) -> bool:
    return isinstance(node.this, exp.Column) and isinstance(node.expression, exp.Boolean)


def _name(column: exp.Column) -> str:
    return ".".join(part.name for part in column.parts).lower()


def _pick(values: tuple[Value, ...], place: int) -> Value:
    return values[place % len(values)]


def _positive(column: exp.Column) -> bool:
    return is_key(column) or column.name.lower().endswith("_id")


def _value(node: exp.Expr, row: Row) -> Value:
    row.spend(1)
    if isinstance(node, exp.Column):
        return row.values[_name(node)]
    if isinstance(node, exp.Literal):
        return node.this if node.is_string else _number(node)
    for kind, rule in _RULES:
        if isinstance(node, kind):
            return rule(node, row)
    pair = _PAIRS.get(type(node))
    if pair is None:
        raise _NotPlain
    left, right = _value(node.this, row), _value(node.expression, row)
    if left is None or right is None:
        return None
    if isinstance(left, str) != isinstance(right, str):
        raise _NotPlain
    return pair(left, right)  # type: ignore[arg-type]


def _number(node: exp.Literal) -> float:
    try:
        return float(node.this)
    except ValueError:
        raise _NotPlain from None


def _case(node: exp.Expr, row: Row) -> Value:
    if node.this is not None:
        raise _NotPlain
    for branch in node.args["ifs"]:
        if _value(branch.this, row):
            return _value(branch.args["true"], row)
    other = node.args.get("default")
    return None if other is None else _value(other, row)


def _is(node: exp.Expr, row: Row) -> Value:
    wanted = None if isinstance(node.expression, exp.Null) else _value(node.expression, row)
    same = _value(node.this, row) == wanted
    return same != bool(node.args.get("negate"))


def _distinct(node: exp.Expr, row: Row) -> Value:
    same = _value(node.this, row) == _value(node.expression, row)
    return same == isinstance(node, exp.NullSafeEQ)


def _like(node: exp.Expr, row: Row) -> Value:
    """`%` and `_`; SIMILAR TO has more marks, which are not worked out."""
    value, pattern = _value(node.this, row), _value(node.expression, row)
    if not isinstance(pattern, str) or (isinstance(node, exp.SimilarTo) and re.search(r"[|*+?{}()\[\]]", pattern)):
        raise _NotPlain
    if not isinstance(value, str):
        return None
    return (_shape(pattern).fullmatch(value) is not None) != bool(node.args.get("negate"))


def _shape(pattern: str) -> re.Pattern[str]:
    """Each piece between `%` at the first place where it fits, the last one at the end: never tried twice."""
    first, *pieces = (re.escape(piece).replace("_", ".") for piece in pattern.split("%"))
    last = [f".*{pieces.pop()}"] if pieces else []
    return re.compile("".join([first, *(f"(?>.*?{piece})" for piece in pieces if piece), *last]), re.I | re.S)


def _not(node: exp.Expr, row: Row) -> Value:
    inner = _value(node.this, row)
    return None if inner is None else not inner


def _coalesced(node: exp.Expr, row: Row) -> Value:
    values = [_value(part, row) for part in (node.this, *node.expressions)]
    return next((value for value in values if value is not None), None)


def _length(node: exp.Expr, row: Row) -> Value:
    inner = _value(node.this, row)
    return float(len(inner)) if isinstance(inner, str) else None


def _extreme(node: exp.Expr, row: Row) -> Value:
    values = [_value(part, row) for part in (node.this, *node.expressions)]
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(numbers) < len(values):
        return None
    return max(numbers) if isinstance(node, exp.Greatest) else min(numbers)


def _in(node: exp.Expr, row: Row) -> Value:
    if not node.expressions:
        raise _NotPlain
    value = _value(node.this, row)
    return None if value is None else value in (_value(one, row) for one in node.expressions)


def _minus(node: exp.Expr, row: Row) -> Value:
    inner = _value(node.this, row)
    if isinstance(inner, str):
        raise _NotPlain
    return None if inner is None else -inner


_RULES: tuple[tuple[type[exp.Expr] | tuple[type[exp.Expr], ...], Callable[[exp.Expr, Row], Value]], ...] = (
    ((exp.Paren, exp.Where, exp.Cast), lambda node, row: _value(node.this, row)),
    (exp.Boolean, lambda node, _row: bool(node.this)),
    (exp.Null, lambda _node, _row: None),
    (exp.Neg, _minus),
    (exp.Not, _not),
    (exp.Is, _is),
    (exp.Case, _case),
    ((exp.NullSafeEQ, exp.NullSafeNEQ), _distinct),
    ((exp.Like, exp.ILike, exp.SimilarTo), _like),
    (exp.Length, _length),
    ((exp.Greatest, exp.Least), _extreme),
    (exp.Coalesce, _coalesced),
    (exp.In, _in),
    (exp.And, lambda node, row: bool(_value(node.this, row)) and bool(_value(node.expression, row))),
    (exp.Or, lambda node, row: bool(_value(node.this, row)) or bool(_value(node.expression, row))),
)
