"""Columns of CSV, and of the same with semicolons, tabs or bars, under a first line that names them.

Strategy: the first line is a header if it splits into at least two names and the line below into as many fields.

Rules: a quoted field may hold delimiters and line breaks (RFC 4180); an unclosed quote ends at the end of the text.
"""

import re
from collections.abc import Iterator
from itertools import islice

from sidecar.core.understand.fields.value import Form, Value

DELIMITERS = (",", "\t", ";", "|")
# One field and what ends it; one for each delimiter, compiled once.
FIELDS = {
    mark: re.compile(rf'(?P<quoted>"(?:[^"]|"")*(?:"|\Z))|(?P<bare>[^{re.escape(mark)}\r\n]*)') for mark in DELIMITERS
}
# A longer first line is prose, not names of columns.
LONGEST_HEADER = 4_000
Field = tuple[int, int, Form]


def delimited_values(text: str) -> Iterator[Value]:
    """Every value under a header; nothing for what is no such text."""
    first = text[:LONGEST_HEADER].partition("\n")[0]
    for mark in DELIMITERS:
        if mark not in first:
            continue
        rows = _rows(text, FIELDS[mark], mark)
        names = [Value((), *field).read(text).strip() for field in next(rows, [])]
        following = next(rows, None)
        if not all(names) or len(names) < 2 or following is None or len(following) != len(names):
            continue
        yield from _named(names, following)
        for row in rows:
            yield from _named(names, row)
        return


def _named(names: list[str], row: list[Field]) -> Iterator[Value]:
    """A row may be short, or have a field too many: that one has no name."""
    for name, (start, end, form) in islice(zip(names, row, strict=False), len(names)):
        if end > start:
            yield Value((name,), start, end, form)


def _rows(text: str, field: re.Pattern[str], mark: str) -> Iterator[list[Field]]:
    at, row = 0, list[Field]()
    while at <= len(text):
        found = field.match(text, at)
        if found is None:  # cannot be: a bare field may be empty
            return
        quoted = found.lastgroup == "quoted"
        row.append((*_inner(text, *found.span()), Form.CSV_QUOTED if quoted else Form.CSV_BARE))
        at = found.end()
        if text.startswith(mark, at):
            at += 1
            continue
        # Behind a closing quote something else may stand: it belongs to nothing, and the row ends.
        at = text.find("\n", at) + 1 or len(text) + 1
        if len(row) > 1 or row[0][1] > row[0][0]:
            yield row
        row = []


def _inner(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the blanks around it."""
    raw = text[start:end]
    return start + len(raw) - len(raw.lstrip(" ")), end - (len(raw) - len(raw.rstrip(" ")))
