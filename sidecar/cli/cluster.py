"""`gatehouse cluster`: what the gate put into a Kubernetes cluster, taken out again."""

import argparse
import asyncio
import sys
from pathlib import Path

from sidecar.core.errors import needing
from sidecar.settings.written_webhook import load_webhook


def register(parser: argparse.ArgumentParser) -> None:
    parser.description = "What the gate put into a Kubernetes cluster."
    commands = parser.add_subparsers(dest="cluster_command", metavar="COMMAND", required=True)
    clear = commands.add_parser(
        "clear",
        help="take the copies out of agents' namespaces, after an uninstall",
        description="Take settings, rules and the authority out of the namespaces that they were copied into, and the "
        "certificate that the webhook made. The chart runs it after `helm uninstall`.",
    )
    clear.add_argument("--config", type=Path, metavar="FILE", required=True, help="the chart's webhook.yaml")
    clear.add_argument(
        "--regardless", action="store_true", help="also where pods still go by them; those cannot start anew then"
    )


def run(arguments: argparse.Namespace) -> int:
    settings = load_webhook(arguments.config)
    with needing("cluster", "control"):
        from sidecar.processes.clearing import clear  # noqa: PLC0415  (its packages are an extra)
    ended = asyncio.run(clear(settings, regardless=arguments.regardless))
    if ended.trouble:
        print(ended.trouble, file=sys.stderr)
        return 1
    for path in ended.gone:
        print(f"removed {path}")
    for namespace in ended.kept:
        print(f"kept what is in {namespace}: pods there still have their gate. Restart them, then clear again.")
    return 0
