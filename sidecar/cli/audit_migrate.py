"""`gatehouse audit migrate`: the tables of the record, made or brought up to date. Twice is as good as once."""

import argparse
from pathlib import Path

from sidecar.cli.asking import asking
from sidecar.record.clickhouse.place import connected, place
from sidecar.record.clickhouse.tables import prepare
from sidecar.settings.load import load


def register(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's")


def run(arguments: argparse.Namespace) -> int:
    record = load(arguments.config).record
    where = place(record)
    with asking():
        done = prepare(connected(where, create=True), where, record.database)
    for migration in done.applied:
        print(f"applied {migration.version} {migration.name}")
    for sentence in done.notes:
        print(sentence)
    print(f"{where.address}: version {done.version}, nothing left to do")
    return 0
