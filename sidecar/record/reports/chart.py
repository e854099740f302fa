"""Numbers by name as bars: one SVG picture, drawn here, that needs nothing else.

Rules: every bar says its number as text, so that colour and length are never all there is.
"""

from collections import defaultdict
from collections.abc import Sequence
from html import escape

from sidecar.record.reports.forms import Table, cell, is_number

MOST = 12
LEFT, WIDE, RIGHT, HIGH = 220, 420, 110, 26
LONGEST_NAME = 30


def bars(table: Table, chart: tuple[str, str]) -> str:
    """Nothing, where there is nothing to draw. The largest come first, the rest is one bar."""
    found = shares(table, chart)
    if not found:
        return ""
    largest = max(number for _, number in found)
    height = HIGH * len(found) + 8
    title = f"{chart[1].replace('_', ' ')} by {chart[0].replace('_', ' ')}"
    drawn = "".join(_bar(at, name, number, largest) for at, (name, number) in enumerate(found))
    return (
        f'<svg role="img" aria-label="{escape(title)}" viewBox="0 0 {LEFT + WIDE + RIGHT} {height}">'
        f"<title>{escape(title)}</title>{drawn}</svg>"
    )


def shares(table: Table, chart: tuple[str, str]) -> Sequence[tuple[str, float]]:
    """The bars: names and numbers, the largest first."""
    if not set(chart) <= set(table.columns):
        return []
    name, number = (table.columns.index(one) for one in chart)
    summed: dict[str, float] = defaultdict(float)
    for row in table.rows:
        if is_number(row[number]):
            summed[cell(row[name]) or "(none)"] += float(str(row[number]))
    found = sorted(((key, value) for key, value in summed.items() if value > 0), key=lambda one: (-one[1], one[0]))
    rest = sum(value for _, value in found[MOST:])
    return [*found[:MOST], (f"{len(found) - MOST} others", rest)] if rest else found


def _bar(at: int, name: str, number: float, largest: float) -> str:
    top, length = HIGH * at + 4, max(1.0, WIDE * number / largest)
    short = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "\u2026"
    shown = cell(int(number) if number == int(number) else number)
    return (
        f'<text x="{LEFT - 8}" y="{top + 15}" text-anchor="end">{escape(short)}</text>'
        f'<rect x="{LEFT}" y="{top}" width="{length:.1f}" height="{HIGH - 6}" rx="3"/>'
        f'<text x="{LEFT + length + 6:.1f}" y="{top + 15}">{escape(shown)}</text>'
    )
