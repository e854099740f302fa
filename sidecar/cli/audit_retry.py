"""`gatehouse audit retry`: events that the database refused and that were set aside: which, why, and once more.

Rules:
- Without `--now` nothing is sent, and no database is asked: the list lies beside the spool.
- Exit 0: nothing is set aside any more, or it was only listed. 1: some are still refused. 2: there is no database.
"""

import argparse
import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sidecar.cli.asking import asking
from sidecar.core.evidence.event import Event
from sidecar.record.clickhouse.again import again
from sidecar.record.clickhouse.place import connected, place
from sidecar.record.clickhouse.schema import checked
from sidecar.record.clickhouse.set_aside import kept
from sidecar.record.reports.forms import Table, as_table
from sidecar.settings.load import load
from sidecar.settings.values import Record

COLUMNS = ("chain", "seq", "at", "kind", "reason")


def register(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--now", action="store_true", help="send them again")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's")


def run(arguments: argparse.Namespace) -> int:
    record = load(arguments.config).record
    if arguments.now:
        return _again(record, arguments.json)
    listed = list(kept(record.spool))
    _tell([_row(event, why) for event, why in listed], arguments.json)
    if not arguments.json:
        print(_said(len(listed)))
    return 0


def _again(record: Record, as_json: bool) -> int:
    where = place(record)
    with asking(), closing(connected(where)) as client:
        checked(client, where)
        tried = again(record.spool, client, where)
    refused = sum(one.why is not None for one in tried)
    _tell([_row(one.event, one.why) for one in tried], as_json)
    if not as_json:
        print(f"{len(tried) - refused} taken, {refused} still refused" if tried else _said(0))
    return 1 if refused else 0


def _said(count: int) -> str:
    if not count:
        return "Nothing is set aside."
    return f"{count} set aside; `gatehouse audit retry --now` tries again"


def _row(event: Event, why: str | None) -> Sequence[object]:
    return event.chain, event.seq, event.at, event.kind, why


def _tell(rows: Sequence[Sequence[object]], as_json: bool) -> None:
    if as_json:
        for row in rows:
            print(json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False))
    elif rows:
        print(as_table(Table(COLUMNS, [[*row[:-1], row[-1] or "taken"] for row in rows])))
