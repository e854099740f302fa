"""`gatehouse audit hold`: the record of a session is kept whatever its age, until the hold is released."""

import argparse
from getpass import getuser
from pathlib import Path

from sidecar.cli.asking import asking
from sidecar.record.clickhouse.holds import apply, held, say
from sidecar.record.clickhouse.place import connected, place
from sidecar.record.clickhouse.schema import checked
from sidecar.settings.load import load


def register(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", nargs="?", metavar="SESSION", help="whose record; without it, list what is held")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, for whoever asks later")
    parser.add_argument("--release", action="store_true", help="end the hold")
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's")


def run(arguments: argparse.Namespace) -> int:
    where = place(load(arguments.config).record)
    with asking():
        client = connected(where)
        checked(client, where)
        if arguments.session is not None:
            say(client, where, arguments.session, not arguments.release, getuser(), arguments.reason)
            apply(client, where)
        holds = held(client, where)
    if arguments.session is not None:
        print(f"{arguments.session}: {'released' if arguments.release else 'held'}")
        return 0
    for hold in holds:
        print(f"{hold.session}  since {hold.changed}  by {hold.who}  {hold.reason}")
    return 0
