"""`gatehouse serve`: one process of the gate, in the foreground."""

import argparse
import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from sidecar.core.errors import needing
from sidecar.settings.load import load
from sidecar.settings.written_webhook import load_webhook
from sidecar.telemetry.log import configure

DATA = Path(".gatehouse/clickhouse")


def register(parser: argparse.ArgumentParser) -> None:
    parser.description = "Start one process of the gate. Ctrl-C or SIGTERM stops it cleanly."
    processes = parser.add_subparsers(dest="process", required=True, metavar="PROCESS")
    data_plane = processes.add_parser("data-plane", help="judges every exchange that Envoy brings")
    data_plane.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's")
    control = processes.add_parser("control", help="approvals, tokens and the console")
    control.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's")
    webhook = processes.add_parser(
        "webhook", help="admission in a Kubernetes cluster: injection, and a look at policies"
    )
    webhook.add_argument("--config", type=Path, metavar="FILE", required=True, help="the chart's webhook.yaml")
    clickhouse = processes.add_parser("clickhouse", help="a ClickHouse for this machine only (development)")
    clickhouse.add_argument("--port", type=int, default=8123, help="where to listen; 0 takes a free one (8123)")
    clickhouse.add_argument("--address", default="127.0.0.1", help="a loopback address (127.0.0.1)")
    clickhouse.add_argument(
        "--data", type=Path, metavar="FOLDER", default=DATA, help=f"where it keeps its data ({DATA})"
    )


def run(arguments: argparse.Namespace) -> int:
    return PROCESSES[arguments.process](arguments)


def _clickhouse(arguments: argparse.Namespace) -> int:
    from sidecar.processes.clickhouse import serve  # noqa: PLC0415

    serve(arguments.data, arguments.port, arguments.address, lambda line: print(line, flush=True))
    return 0


def _data_plane(arguments: argparse.Namespace) -> int:
    from sidecar.processes.data_plane import DataPlane  # noqa: PLC0415  (only when it is started)

    settings = load(arguments.config)
    configure(settings.log.level, settings.log.format)
    asyncio.run(DataPlane(settings).run())
    return 0


def _control(arguments: argparse.Namespace) -> int:
    settings = load(arguments.config)
    configure(settings.log.level, settings.log.format)
    with needing("control", "control"):
        from sidecar.processes.control_plane import ControlPlane  # noqa: PLC0415  (its packages are an extra)
    asyncio.run(ControlPlane(settings).run())
    return 0


def _webhook(arguments: argparse.Namespace) -> int:
    settings = load_webhook(arguments.config)
    configure(settings.log.level, settings.log.format)
    with needing("webhook", "control"):
        from sidecar.processes.webhook import WebhookProcess  # noqa: PLC0415  (its packages are an extra)
    asyncio.run(WebhookProcess(settings).run())
    return 0


PROCESSES: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "data-plane": _data_plane,
    "control": _control,
    "webhook": _webhook,
    "clickhouse": _clickhouse,
}
