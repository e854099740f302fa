"""Pictures of numbers as SVG: stacked bars and areas, lines, bars by name, sparklines.

Strategy: a chart is drawn in a coordinate system of its own and stretches with the page; its texts are HTML's business
wherever they can be (legend, table), so that they keep their size on a phone. Colours are classes of the style sheet
(`c1`..`c6`, and one for each verdict): the pictures follow light and dark.

Rules:
- No colour says something alone: each piece has its words in a `<title>`, and every chart has its numbers as a table.
- Every text from outside is escaped, once, here.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup, escape

WIDE, HIGH = 520, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 6, 10, 24
TICKS = 4
MOST_LABELS = 6
Number = float | None
Shown = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Row:
    """One colour: its name, its class in the style sheet, its numbers."""

    name: str
    tone: str
    values: Sequence[Number]

    @property
    def total(self) -> float:
        return sum(value or 0.0 for value in self.values)


@dataclass(frozen=True, slots=True)
class Axis:
    """The pieces of time below a chart."""

    moments: Sequence[float]
    step: float

    def said(self, number: int) -> str:
        """One piece, in full."""
        when = datetime.fromtimestamp(self.moments[number], UTC)
        return f"{when:%a %d %b}" if self.step >= 86_400 else f"{when:%a %d %b %H:%M}"

    def label(self, number: int) -> str:
        when = datetime.fromtimestamp(self.moments[number], UTC)
        whole = self.moments[-1] - self.moments[0]
        return f"{when:%H:%M}" if whole <= 2 * 86_400 else f"{when.day} {when:%b}"

    @property
    def labelled(self) -> Sequence[int]:
        every = max(1, math.ceil(len(self.moments) / MOST_LABELS))
        return range(0, len(self.moments), every)


@dataclass(frozen=True, slots=True)
class Chart:
    """`picture` for the eye; `head` and `body` are the same as a table. `nothing` is said in place of an empty one."""

    title: str
    picture: Markup
    legend: Sequence[tuple[str, str, str]]
    head: Sequence[str]
    body: Sequence[Sequence[str]]
    empty: bool
    nothing: str = "Nothing in this time."


def compact(value: float) -> str:
    """12, 3.4k, 1.2M."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.1f}".removesuffix(".0") + unit
    return f"{value:,.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"


def money(value: float) -> str:
    if value and value < 0.01:
        return f"${value:.4f}"
    return f"${value:,.0f}" if value >= 1000 else f"${value:,.2f}".removesuffix(".00")


def milliseconds(value: float) -> str:
    if value >= 1000:
        return f"{value / 1000:,.1f} s"
    return f"{value:,.1f} ms" if 0 < value < 10 else f"{value:,.0f} ms"


def waiting(value: float) -> str:
    """Seconds that people take."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if value >= size * 1.5:
            return f"{value / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{value:.1f}".removesuffix(".0") + " s" if value < 10 else f"{value:.0f} s"


NOUGHT = 1e-9  # of what is counted, timed or paid here nothing is so small


def nice(largest: float) -> float:
    """The end of an axis: the first number at or above whose quarters are round."""
    if largest < NOUGHT:
        return 1.0
    size = 10.0 ** math.floor(math.log10(largest))
    return next(step * size for step in (1, 2, 4, 6, 8, 10) if step * size >= largest * 0.9999)


def stacked(title: str, axis: Axis, rows: Sequence[Row], shown: Shown = compact) -> Chart:
    """Bars, one on top of the other; the first row is the lowest."""
    tops = [sum(row.values[n] or 0.0 for row in rows) for n in range(len(axis.moments))]
    end = nice(max(tops, default=0.0))
    wide = (WIDE - LEFT - RIGHT) / max(1, len(axis.moments))
    gap = min(2.0, wide * 0.2)
    drawn = "".join(
        _column(axis, rows, n, (LEFT + n * wide + gap / 2, wide - gap), end, shown) for n in range(len(tops))
    )
    return _chart(title, axis, rows, end, drawn, shown)


def areas(title: str, axis: Axis, rows: Sequence[Row], shown: Shown = compact) -> Chart:
    """The same as filled areas, for amounts that flow."""
    count = len(axis.moments)
    end = nice(max((sum(row.values[n] or 0.0 for row in rows) for n in range(count)), default=0.0))
    below, drawn = [0.0] * count, ""
    for row in rows:
        above = [low + (value or 0.0) for low, value in zip(below, row.values, strict=True)]
        edge = [f"{_x(n, count):.1f},{_y(value, end):.1f}" for n, value in enumerate(above)]
        back = [f"{_x(n, count):.1f},{_y(below[n], end):.1f}" for n in reversed(range(count))]
        drawn += f'<path class="area {row.tone}" d="M{" L".join([*edge, *back])}Z"/>'
        drawn += f'<path class="line {row.tone}" d="M{" L".join(edge)}"/>'
        below = above
    return _chart(title, axis, rows, end, drawn + _bands(axis, rows, shown), shown)


def lines(title: str, axis: Axis, rows: Sequence[Row], shown: Shown = compact, *, totals: bool = True) -> Chart:
    """Where nothing was measured a line is interrupted. `totals`: of rows that can be added up."""
    count = len(axis.moments)
    end = nice(max((value for row in rows for value in row.values if value is not None), default=0.0))
    drawn = ""
    for row in rows:
        for piece in _pieces(row.values):
            points = [f"{_x(n, count):.1f},{_y(value, end):.1f}" for n, value in piece]
            drawn += f'<path class="line {row.tone}" d="M{" L".join(points)}"/>'
            if len(piece) == 1:
                drawn += '<circle class="dot {}" cx="{}" cy="{}" r="2.5"/>'.format(row.tone, *points[0].split(","))
    return _chart(title, axis, rows, end, drawn + _bands(axis, rows, shown), shown, totals)


def by_name(title: str, pairs: Sequence[tuple[str, float]], tone: str = "c1", shown: Shown = compact) -> Markup:
    """Bars by name as a list: names and numbers are text of the page, the bars are drawn."""
    largest = max((number for _, number in pairs), default=0.0) or 1.0
    items = Markup("").join(
        Markup(
            '<li><span class="clip" title="{name}">{name}</span><span class="num">{number}</span>'
            '<svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" '
            'height="4" rx="1"/><rect class="bar {tone}" width="{share}" height="4" rx="1"/></svg></li>'
        ).format(name=name, number=shown(number), tone=tone, share=f"{max(0.6, 100 * number / largest):.1f}")
        for name, number in pairs
    )
    return Markup('<ul class="bars" aria-label="{}">{}</ul>').format(title, items)


def sparkline(values: Sequence[Number], tone: str = "c1", title: str = "") -> Markup:
    """A line without axes; its title says what it is."""
    known = [value or 0.0 for value in values]
    end, count = max(known, default=0.0) or 1.0, max(1, len(known) - 1)
    points = [f"{100 * n / count:.1f},{23 - 21 * value / end:.1f}" for n, value in enumerate(known)]
    return Markup(
        '<svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label="{title}">'
        '<title>{title}</title><path class="area {tone}" d="M0,24 L{points} L100,24Z"/>'
        '<path class="line {tone}" d="M{points}"/></svg>'
    ).format(title=title, tone=tone, points=" L".join(points))


def _chart(
    title: str, axis: Axis, rows: Sequence[Row], end: float, drawn: str, shown: Shown, totals: bool = True
) -> Chart:
    empty = not any(row.total for row in rows)
    head = f'<svg viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{escape(title)}">'
    # Everything from outside was escaped where it came in.
    picture = Markup(f"{head}{_frame(axis, end, shown)}{drawn}</svg>")  # noqa: S704
    legend = [(row.name, row.tone, shown(row.total) if totals else "") for row in rows]
    body = [
        [axis.said(n), *("" if row.values[n] is None else shown(row.values[n] or 0.0) for row in rows)]
        for n in range(len(axis.moments))
    ]
    return Chart(title, picture, legend, ["When (UTC)", *(row.name for row in rows)], body, empty)


def _frame(axis: Axis, end: float, shown: Shown) -> str:
    out = ""
    for tick in range(TICKS + 1):
        value = end * tick / TICKS
        y = _y(value, end)
        out += f'<line class="grid-line" x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        out += f'<text class="axis" x="{LEFT - 7}" y="{y + 3.5:.1f}" text-anchor="end">{escape(shown(value))}</text>'
    wide = (WIDE - LEFT - RIGHT) / max(1, len(axis.moments))
    for number in axis.labelled:
        x = LEFT + number * wide
        out += f'<text class="axis" x="{x:.1f}" y="{HIGH - 6}">{escape(axis.label(number))}</text>'
    return out


def _column(axis: Axis, rows: Sequence[Row], number: int, place: tuple[float, float], end: float, shown: Shown) -> str:
    x, wide = place
    low, drawn = 0.0, ""
    for row in rows:
        value = row.values[number] or 0.0
        if value > 0:
            top, base = _y(low + value, end), _y(low, end)
            drawn += (
                f'<rect class="bar {row.tone}" x="{x:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{base - top:.1f}"/>'
            )
            low += value
    return f"<g><title>{_words(axis, rows, number, shown)}</title>{_band(x, wide)}{drawn}</g>"


def _bands(axis: Axis, rows: Sequence[Row], shown: Shown) -> str:
    """Invisible columns that say their numbers to whoever points at them."""
    wide = (WIDE - LEFT - RIGHT) / max(1, len(axis.moments))
    return "".join(
        f"<g><title>{_words(axis, rows, n, shown)}</title>{_band(LEFT + n * wide, wide)}</g>"
        for n in range(len(axis.moments))
    )


def _band(x: float, wide: float) -> str:
    return f'<rect class="band" x="{x:.1f}" y="{TOP}" width="{wide:.1f}" height="{HIGH - TOP - BOTTOM}"/>'


def _words(axis: Axis, rows: Sequence[Row], number: int, shown: Shown) -> str:
    said = [f"{row.name}: {shown(value)}" for row in rows if (value := row.values[number])]
    return str(escape("\n".join((axis.said(number), *(said or ["nothing"])))))


def _x(number: int, count: int) -> float:
    """The middle of a piece."""
    return LEFT + (WIDE - LEFT - RIGHT) * (number + 0.5) / max(1, count)


def _y(value: float, end: float) -> float:
    return HIGH - BOTTOM - (HIGH - TOP - BOTTOM) * value / end


def _pieces(values: Iterable[Number]) -> Sequence[Sequence[tuple[int, float]]]:
    found: list[list[tuple[int, float]]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            found.append([])
        else:
            found[-1].append((number, value))
    return [piece for piece in found if piece]


def rows_of(numbers: Mapping[str, Sequence[Number]], tones: Mapping[str, str] | None = None) -> Sequence[Row]:
    """With the tones named, or one after the other."""
    given = tones or {}
    return [Row(name, given.get(name, f"c{1 + n % 6}"), values) for n, (name, values) in enumerate(numbers.items())]
