"""Comparisons that hold for every row there ever is: keys begin at one, lengths at nought, dates near today.

Rule: a bound this far out was written to be no bound; one that an honest clean-up would use (`id < 5000000`) is kept.
"""

import re

from sqlglot import exp

_KEY = re.compile(r"(?i)(id|uuid|guid|pk|_id|rowid|ctid|oid|rownum|_rowid_)")
_DATE = re.compile(r"(\d{4})-\d\d-\d\d.*")
_WRITTEN = re.compile(
    r"(?i)(\w*_)?(created|inserted|updated|modified|logged|recorded|received|ingested)(_?(at|on|ts|time|date))?"
    r"|last_?(seen|login|visit|active|activity|update|used)(_?(at|on|ts|time|date))?|ts|timestamp|event_?(time|ts)"
)  # never after now
_FIRST_YEAR, _LAST_YEAR = 1980, 2090  # before and after all that a database of today holds
_LARGEST = 999_999_999
_ABOVE, _BELOW = (exp.GT, exp.GTE), (exp.LT, exp.LTE)
_NOW = (exp.CurrentTimestamp, exp.CurrentDate, exp.CurrentDatetime)
_NEVER_NEGATIVE = (exp.Length, exp.Abs, exp.Count)


def beyond(kind: type[exp.Expr], left: exp.Expr, right: exp.Expr) -> bool | None:
    """Whether `left kind right` holds for every row; None if it depends."""
    number = _number(right)
    if kind is exp.NEQ and is_key(left):
        return True if _no_key(right, number) else None
    if issubclass(kind, _ABOVE):
        return True if _above(kind, left, right, number) else None
    if issubclass(kind, _BELOW) and is_written(left) and _now_or_later(right):
        return True
    if issubclass(kind, _BELOW):
        return True if _year(right, left) >= _LAST_YEAR or (number is not None and number >= _LARGEST) else None
    return None


def is_written(node: exp.Expr) -> bool:
    """It says when something happened, so that it is always there and never later than now."""
    return isinstance(node, exp.Column) and _WRITTEN.fullmatch(node.name) is not None


def numbered(where: exp.Expr, query: exp.Expr) -> bool:
    """`… (SELECT id, row_number() OVER () AS n FROM t) WHERE n > 0`: each row has its number."""
    compared = where.this
    if not isinstance(compared, exp.GT | exp.GTE) or not isinstance(compared.this, exp.Column):
        return False
    number = _number(compared.expression)
    numbers = {alias.alias for alias in query.find_all(exp.Alias) if alias.find(exp.RowNumber)}
    return compared.this.name in numbers and number is not None and number < 1 + isinstance(compared, exp.GTE)


def _now_or_later(node: exp.Expr) -> bool:
    return isinstance(node, _NOW) or (isinstance(node, exp.Add) and isinstance(node.this, _NOW))


def is_key(node: exp.Expr) -> bool:
    return isinstance(node, exp.Column) and bool(_KEY.fullmatch(node.name))


def _no_key(right: exp.Expr, number: float | None) -> bool:
    return (isinstance(right, exp.Literal) and not right.this) or (number is not None and number <= 0)


def _above(kind: type[exp.Expr], left: exp.Expr, right: exp.Expr, number: float | None) -> bool:
    if number is not None:
        first = 1 if is_key(left) else 0 if isinstance(left, _NEVER_NEGATIVE) else -_LARGEST
        return number < first or (number == first and kind is exp.GTE)
    if isinstance(right, exp.Literal) and not right.this:
        return isinstance(left, exp.Column) and (kind is exp.GTE or is_key(left))
    return 0 < _year(right, left) <= _FIRST_YEAR


def _number(node: exp.Expr) -> float | None:
    sign = 1
    while isinstance(node, exp.Neg | exp.Paren):
        sign, node = -sign if isinstance(node, exp.Neg) else sign, node.this
    if not isinstance(node, exp.Literal):
        return None
    try:
        return sign * float(node.this)
    except ValueError:
        return None


def _year(node: exp.Expr, compared: exp.Expr) -> int:
    """Of a date that a column is compared with, however it is written; 0 if it is none."""
    if not isinstance(compared, exp.Column | exp.Cast):
        return 0
    text = next((literal.this for literal in node.find_all(exp.Literal) if literal.is_string), "")
    found = _DATE.fullmatch(text)
    return int(found[1]) if found and len(list(node.find_all(exp.Literal))) == 1 else 0
