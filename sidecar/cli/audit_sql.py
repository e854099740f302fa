"""`gatehouse audit sql`: a question of one's own, from a file or from standard input; it can change nothing."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from sidecar.cli.asking import asking
from sidecar.cli.audit_report import hand_over
from sidecar.core.errors import ConfigurationError
from sidecar.record.clickhouse.place import place
from sidecar.record.reports.ask import ask
from sidecar.record.reports.forms import Table, as_csv, as_json, as_table
from sidecar.settings.load import load

MOST_BYTES = 1 << 20  # nobody writes a megabyte of SQL by hand


def register(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="SQL; - for standard input")
    parser.add_argument("--format", choices=sorted(FORMS), default="table")
    parser.add_argument("--out", type=Path, metavar="FILE", help="instead of standard output")
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's")


def run(arguments: argparse.Namespace) -> int:
    sql = sys.stdin.read(MOST_BYTES) if arguments.file == "-" else _text(Path(arguments.file))
    sql = sql.strip().rstrip(";")
    if not sql:
        raise ConfigurationError.single(arguments.file, "holds no SQL")
    where = place(load(arguments.config).record)
    with asking():
        answer = ask(where, sql, {}, own=True)
    hand_over(FORMS[arguments.format](answer), arguments.out)
    return 0


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError.single(str(file), f"cannot be read ({type(error).__name__})") from error


FORMS: dict[str, Callable[[Table], str]] = {
    "table": lambda table: as_table(table) if table.rows else "No rows.",
    "csv": as_csv,
    "json": lambda table: as_json(table, {}),
}
