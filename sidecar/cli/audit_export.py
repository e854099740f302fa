"""`gatehouse audit export`: a bundle of the record, or of a session or a time, that is checked without us."""

import argparse
from pathlib import Path

from sidecar.cli.asking import asking
from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.selection import Selection
from sidecar.processes.anchoring import kept
from sidecar.processes.proof import keys_of, source_of
from sidecar.record.bundle import write
from sidecar.record.gather import gathered
from sidecar.settings.load import load


def register(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the bundle (.tar.gz)")
    parser.add_argument("--config", type=Path, metavar="FILE", help="the gate's configuration")
    parser.add_argument("--session", metavar="S", help="only this session, with a proof of each event")
    parser.add_argument("--from", dest="first", metavar="TIME", help="only events since then (2026-03-01)")
    parser.add_argument("--to", dest="last", metavar="TIME", help="only events until then, the end included")
    parser.add_argument("--offline", action="store_true", help="do not ask anchors over the network")
    parser.add_argument("--spool", action="store_true", help="only what is on this machine, not the database")


def run(arguments: argparse.Namespace) -> int:
    settings = load(arguments.config)
    selection = Selection(arguments.session, arguments.first, arguments.last)
    asked = {"session": arguments.session, "from": arguments.first, "to": arguments.last}
    anchors = kept(settings, offline=arguments.offline)
    with asking():
        source = source_of(settings, arguments.spool)
        held = gathered(source, selection, keys_of(settings.state / "keys"), asked, anchors)
    if not held.events:
        raise ConfigurationError.single("audit export", "there is no such event: nothing was written")
    write(arguments.out, held)
    print(f"{arguments.out}: {len(held.events):,} events, {len(held.parts):,} parts; check it with")
    print(f"  gatehouse audit verify --bundle {arguments.out}")
    return 0
