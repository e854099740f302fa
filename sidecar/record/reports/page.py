"""A report as a page: one file that needs no other, to read on a screen, dark or light, or on paper.

Rules: whatever came from a client is text on this page, never markup; and the page may load and run nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from sidecar.record.reports.chart import bars
from sidecar.record.reports.forms import Table, cell, is_number
from sidecar.record.reports.saved import Saved

STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--paper:#fff;--band:#f6f8fa;--bar:#2f6f9f;
--good:#1a7f37;--bad:#b42318}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4ae;--line:#3b434b;--paper:#0f1419;--band:#171d24;
--bar:#5aa2d6;--good:#4ac26b;--bad:#ff8a7a}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2rem;max-width:75rem;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.7rem;margin:0 0 .25rem}
h2{font-size:1.25rem;margin:2.5rem 0 .25rem}
p{margin:.25rem 0}
.soft{color:var(--soft)}
.controls{display:flex;flex-wrap:wrap;gap:.4rem;margin:.6rem 0;padding:0;list-style:none}
.controls li{border:1px solid var(--line);border-radius:99px;padding:0 .6rem;font-size:.8rem}
.good{color:var(--good);font-weight:600}
.bad{color:var(--bad);font-weight:600}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:.75rem 0;font-size:.86rem;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;
overflow-wrap:break-word}
th{white-space:nowrap}
thead th{background:var(--band);position:sticky;top:0}
.number{text-align:right}
svg{width:100%;max-width:47rem;height:auto;margin:.5rem 0;font-size:12px}
svg text{fill:var(--ink)}
svg rect{fill:var(--bar)}
@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--line:#999;--paper:#fff;--band:#eee;--bar:#555;
--good:#000;--bad:#000}
body{padding:0;max-width:none;font-size:10pt}.wide{overflow:visible}thead{display:table-header-group}
thead th{position:static}tr,svg{break-inside:avoid}h2{break-after:avoid}@page{margin:15mm}}
"""
# The page itself loads nothing; this keeps whatever somebody smuggles into it from loading anything either.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Answered:
    saved: Saved
    table: Table


def page(answers: Sequence[Answered], period: str, made: datetime) -> str:
    title = answers[0].saved.title if len(answers) == 1 else "Gatehouse: reports"
    head = "" if len(answers) == 1 else f"<h1>{escape(title)}</h1>"
    level = 1 if len(answers) == 1 else 2
    sections = "".join(_section(one, level) for one in answers)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>{head}"
        f'<p class="soft">{escape(period)}. Made {made:%Y-%m-%d %H:%M} UTC by Gatehouse.</p>'
        f"{sections}</main></body></html>\n"
    )


def verdict(answer: Answered) -> tuple[str, str]:
    """How many rows, or what it means that there are none or some: a class and a sentence."""
    count = len(answer.table.rows)
    if answer.saved.expect_empty:
        return ("bad", f"{count:,} found. There must be none.") if count else ("good", "None found, as it must be.")
    return (
        ("soft", f"{count:,} row{'' if count == 1 else 's'}.")
        if count
        else ("soft", "Nothing was recorded in this period.")
    )


def _section(answer: Answered, level: int) -> str:
    saved, (kind, sentence) = answer.saved, verdict(answer)
    controls = "".join(f"<li>{escape(one)}</li>" for one in saved.controls)
    drawn = bars(answer.table, saved.chart) if saved.chart else ""
    return (
        f'<section aria-labelledby="{escape(saved.name)}"><h{level} id="{escape(saved.name)}">{escape(saved.title)}'
        f"</h{level}><p>{escape(saved.question)}</p>"
        f'<ul class="controls" aria-label="Controls that this serves">{controls}</ul>'
        f'<p class="{kind}">{escape(sentence)}</p>{drawn}{_table(answer)}</section>'
    )


def _table(answer: Answered) -> str:
    table = answer.table
    if not table.rows:
        return ""
    right = [any(is_number(row[at]) for row in table.rows) for at in range(len(table.columns))]
    head = "".join(
        f'<th scope="col"{_aligned(number)}>{escape(name.replace("_", " "))}</th>'
        for name, number in zip(table.columns, right, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td{_aligned(n)}>{escape(cell(one))}</td>" for one, n in zip(row, right, strict=True))
        + "</tr>"
        for row in table.rows
    )
    named = f'aria-label="{escape(answer.saved.title)}"'
    return f'<div class="wide"><table {named}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _aligned(number: bool) -> str:
    return ' class="number"' if number else ""
