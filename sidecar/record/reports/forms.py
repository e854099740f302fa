"""Columns and rows as text: for a terminal, for a spreadsheet, for a program.

Rules:
- What a client wrote may stand in a cell (a model's name, a path): control characters, which could drive a terminal,
  are shown and not sent; a cell that a spreadsheet would take for a formula begins with an apostrophe.
"""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

# The C0 and C1 controls, and what turns the direction of writing around.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDEST = 60


@dataclass(frozen=True, slots=True)
class Table:
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


def shown(text: str) -> str:
    """A text whose control characters can be seen instead of obeyed."""
    return CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def plain(value: object) -> object:
    """A value as JSON can say it."""
    match value:
        case datetime():
            return value.replace(tzinfo=UTC).isoformat() if value.tzinfo is None else value.isoformat()
        case date():
            return value.isoformat()
        case list() | tuple():
            return [plain(one) for one in value]
        case None | bool() | int() | float() | str():
            return value
    return str(value)


def cell(value: object) -> str:
    """A value as a person reads it."""
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case float():
            return f"{value:,.4f}".rstrip("0").rstrip(".")
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case list() | tuple():
            return ", ".join(cell(one) for one in value)
    return shown(str(value)).replace("\n", " ")


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_table(table: Table) -> str:
    """Columns as wide as they need; numbers to the right."""
    cells = [[_short(cell(value)) for value in row] for row in table.rows]
    titles = [name.replace("_", " ") for name in table.columns]
    widths = [max(len(line[at]) for line in [titles, *cells]) for at in range(len(titles))]
    right = [any(is_number(row[at]) for row in table.rows) for at in range(len(titles))]
    return "\n".join(_line(line, widths, right) for line in [titles, ["-" * width for width in widths], *cells])


def as_csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_harmless(value) for value in row] for row in table.rows)
    return out.getvalue().rstrip("\n")


def as_json(table: Table, about: dict[str, object]) -> str:
    rows = [dict(zip(table.columns, map(plain, row), strict=True)) for row in table.rows]
    return json.dumps({**about, "rows": rows}, indent=2, ensure_ascii=False)


def _short(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "\u2026"


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    aligned = (
        one.rjust(width) if to_the_right else one.ljust(width)
        for one, width, to_the_right in zip(cells, widths, right, strict=True)
    )
    return "  ".join(aligned).rstrip()


def _harmless(value: object) -> object:
    said = plain(value)
    if is_number(said) or said is None:
        return said
    text = "; ".join(map(str, said)) if isinstance(said, list) else str(said)
    return f"'{text}" if text.startswith(FORMULA) else text
