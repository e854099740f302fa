"""`gatehouse audit report`: the saved questions, answered as a table, CSV, JSON or a page to print.

Rules:
- Without a name it says which reports there are; `all` answers every one (not as CSV, which is one table).
- Nothing found is an answer: it says so, and the exit code is 0.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sidecar.cli.asking import asking
from sidecar.cli.when import moment
from sidecar.core.errors import ConfigurationError
from sidecar.record.clickhouse.place import place
from sidecar.record.reports.ask import ask, period
from sidecar.record.reports.forms import Table, as_csv, as_json, as_table
from sidecar.record.reports.page import Answered, page, verdict
from sidecar.record.reports.saved import report, reports
from sidecar.settings.load import load

DAYS = 30
ALL = "all"


def register(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="which one, or all; without it, list them")
    parser.add_argument("--from", dest="begin", type=moment(), metavar="TIME", help=f"default: {DAYS} days before --to")
    parser.add_argument("--to", dest="until", type=moment(), metavar="TIME", help="up to but not with it; default: now")
    parser.add_argument("--group", default="", metavar="NAME", help="only this team")
    parser.add_argument("--format", choices=sorted(FORMS), default="table")
    parser.add_argument("--out", type=Path, metavar="FILE", help="instead of standard output")
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's")


def run(arguments: argparse.Namespace) -> int:
    if arguments.name is None:
        print(as_table(Table(("report", "question"), [(one.name, one.question) for one in reports()])))
        return 0
    chosen = reports() if arguments.name == ALL else [report(arguments.name)]
    if len(chosen) > 1 and arguments.format == "csv":
        raise ConfigurationError.single("audit report", "CSV is one table: name one report")
    now = datetime.now(UTC)
    until = arguments.until or now
    begin = arguments.begin or until - timedelta(days=DAYS)
    if begin >= until:
        raise ConfigurationError.single("audit report", "--from has to be before --to")
    given = period(begin, until, arguments.group)
    where = place(load(arguments.config).record)
    with asking():
        answers = [Answered(one, ask(where, one.sql, given)) for one in chosen]
    team = f", team {arguments.group}" if arguments.group else ""
    said = f"{begin:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC{team}"
    hand_over(FORMS[arguments.format](answers, said, now), arguments.out)
    return 0


def hand_over(text: str, out: Path | None) -> None:
    """To a file, which only its owner may read, or to standard output."""
    if out is None:
        print(text)
        return
    try:
        out.touch(mode=0o600)
        out.write_text(text.rstrip("\n") + "\n", "utf-8")
    except OSError as error:
        raise ConfigurationError.single(str(out), f"cannot be written: {error.strerror}") from error
    print(out)


def _table(answers: Sequence[Answered], said: str, _: datetime) -> str:
    told = [f"{one.saved.title} ({said})\n\n{_rows(one)}{verdict(one)[1]}" for one in answers]
    return "\n\n\n".join(told)


def _rows(answer: Answered) -> str:
    return f"{as_table(answer.table)}\n\n" if answer.table.rows else ""


def _csv(answers: Sequence[Answered], _: str, __: datetime) -> str:
    return as_csv(answers[0].table)


def _json(answers: Sequence[Answered], said: str, made: datetime) -> str:
    told = [as_json(one.table, _about(one, said, made)) for one in answers]
    return told[0] if len(told) == 1 else json.dumps([json.loads(one) for one in told], indent=2, ensure_ascii=False)


def _about(answer: Answered, said: str, made: datetime) -> dict[str, object]:
    saved = answer.saved
    return {
        "report": saved.name,
        "title": saved.title,
        "question": saved.question,
        "controls": list(saved.controls),
        "period": said,
        "made": made.isoformat(timespec="seconds"),
        "says": verdict(answer)[1],
    }


FORMS: dict[str, Callable[[Sequence[Answered], str, datetime], str]] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
    "html": page,
}
