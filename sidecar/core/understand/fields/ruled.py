"""Columns of tables drawn with characters: Markdown, `psql` (also its expanded form), `mysql`, and their kin.

Strategy: a rule is a line of dashes with bars or crosses; the line with names above it is the header, the lines with
bars below it are rows. The expanded form gives each record a title and each field a line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sidecar.core.understand.fields.value import Form, Value

BARS = "|│┃"
BAR = re.compile(f"[{BARS}]")
RULE = re.compile(r"[ \t]*[+|│┃├┼┤┌└╞╪╡-]?[ \t]*:?[-─━═]{2,}:?[ \t]*(?:[+|│┃┼┤┐┘┬┴╪╡][ \t:]*[-─━═]*:?[ \t]*)*\|?[ \t]*")
RECORD = re.compile(r"[ \t]*[-*]*\[? *RECORD [0-9]+ *\]?[-+*]*[ \t]*")


@dataclass(frozen=True, slots=True)
class Line:
    start: int
    text: str


def ruled_values(text: str) -> Iterator[Value]:
    """Every value of every table in the text."""
    names: list[str] = []
    above: Line | None = None
    expanded = False
    for line in _lines(text):
        if RECORD.fullmatch(line.text):
            names, expanded = [], True
        elif RULE.fullmatch(line.text):
            # The rule below the header; others (above it, below the rows) have no line of names above them.
            if above is not None and not names:
                names = [name for name, _, _ in _cells(above)]
        elif not BAR.search(line.text):
            names, expanded = [], False
        elif expanded:
            yield from _field(line)
        elif names:
            yield from _row(names, line)
        above = line if BAR.search(line.text) and not RULE.fullmatch(line.text) else None


def _lines(text: str) -> Iterator[Line]:
    at = 0
    for whole in text.splitlines(keepends=True):
        yield Line(at, whole.rstrip("\r\n"))
        at += len(whole)


def _row(names: list[str], line: Line) -> Iterator[Value]:
    for name, (_, start, end) in zip(names, _cells(line), strict=False):
        if name and end > start:
            yield Value((name,), start, end, Form.CELL)


def _field(line: Line) -> Iterator[Value]:
    """`ssn | 123-45-6789`; only the first bar divides."""
    bar = BAR.search(line.text)
    if bar is None:
        return
    name = line.text[: bar.start()].strip()
    value = line.text[bar.end() :]
    start = line.start + bar.end() + len(value) - len(value.lstrip())
    if name and value.strip():
        yield Value((name,), start, start + len(value.strip()), Form.CELL)


def _cells(line: Line) -> list[tuple[str, int, int]]:
    """Each cell's text and where it stands, without the blanks around it."""
    found, at = [], 0
    for part in BAR.split(line.text):
        stripped = part.strip()
        start = line.start + at + (len(part) - len(part.lstrip()) if stripped else 0)
        found.append((stripped, start, start + len(stripped)))
        at += len(part) + 1
    # A bar at the edge draws a border, and what lies outside of it is no cell.
    if found and not found[0][0] and BAR.match(line.text.lstrip()):
        found = found[1:]
    if found and not found[-1][0] and BAR.search(line.text.rstrip()[-1:]):
        found = found[:-1]
    return found
