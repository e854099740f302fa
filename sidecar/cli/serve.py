"""`gatehouse serve`: one process of the gate, in the foreground."""

import argparse
import asyncio
from pathlib import Path

from sidecar.settings.load import load
from sidecar.telemetry.log import configure


def register(parser: argparse.ArgumentParser) -> None:
    parser.description = "Start one process of the gate. Ctrl-C or SIGTERM stops it cleanly."
    processes = parser.add_subparsers(dest="process", required=True, metavar="PROCESS")
    data_plane = processes.add_parser("data-plane", help="judges every exchange that Envoy brings")
    data_plane.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's")


def run(arguments: argparse.Namespace) -> int:
    from sidecar.processes.data_plane import DataPlane  # noqa: PLC0415  (only when it is started)

    settings = load(arguments.config)
    configure(settings.log.level, settings.log.format)
    asyncio.run(DataPlane(settings).run())
    return 0
