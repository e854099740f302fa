"""`gatehouse sessions`: which sessions there were, what happened in one, and as it streamed; and to stop one.

Rule: what reads the record is loaded only to read it: whoever stops a session does not wait for that.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from sidecar.cli import stopping
from sidecar.cli.when import moment

VERDICTS = ("allow", "mask", "hold", "deny")


def register(parser: argparse.ArgumentParser) -> None:
    found = parser.add_subparsers(dest="subcommand", required=True, metavar="SUBCOMMAND")
    listing = found.add_parser("list", help="which sessions there were; calls without one are none:WHO:DAY")
    listing.add_argument("--who", metavar="SUBJECT", help="of this person or service")
    listing.add_argument("--since", type=moment(), metavar="TIME", help="2026-03-01, 2026-03-01T09:00 or 30d")
    listing.add_argument("--until", type=moment(), metavar="TIME")
    listing.add_argument("--connection", metavar="NAME")
    listing.add_argument("--verdict", choices=VERDICTS, help="with at least one such exchange")
    listing.add_argument("--text", metavar="WORDS", help="in which this was said, as it was masked")
    listing.add_argument("--most", type=int, default=100, metavar="N", help="so many, the newest (default: 100)")
    show = found.add_parser("show", help="its timeline")
    replay = found.add_parser("replay", help="the conversation as it streamed")
    replay.add_argument("--speed", type=_speed, metavar="N", help="N times as fast as it was; 0 does not wait")
    replay.add_argument("--skip-to", type=int, default=1, metavar="N", help="begin at turn N")
    stopping.register_kill(found.add_parser("kill", help="stop a session, a caller, an agent, a connection or all"))
    stopping.register_blocks(found.add_parser("blocks", help="what is stopped, and lifting it"))
    for one in (show, replay):
        one.add_argument("session", metavar="SESSION")
    for one in (listing, show, replay):
        one.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's")
        one.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    if stop := STOPPING.get(arguments.subcommand):
        return stop(arguments)
    from sidecar.cli.session_reading import read  # noqa: PLC0415  (half a second)

    return read(arguments)


def _speed(said: str) -> float:
    speed = float(said)
    if not 0 <= speed < float("inf"):
        raise ValueError
    return speed


STOPPING: dict[str, Callable[[argparse.Namespace], int]] = {"kill": stopping.kill, "blocks": stopping.blocks}
