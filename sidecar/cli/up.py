"""`gatehouse up`: start everything on this machine, say what to export, stay until Ctrl-C."""

import argparse
import asyncio
import sys
from pathlib import Path

from sidecar.core.errors import GatehouseError
from sidecar.processes.up import Up
from sidecar.settings.load import load
from sidecar.settings.values import Settings


def register(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Start Envoy, the data plane, the control plane and, without an API key, the simulator. Ctrl-C stops them."
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's defaults")


def run(arguments: argparse.Namespace) -> int:
    settings = load(arguments.config)
    _say("Starting the gate ...")
    asyncio.run(Up(settings, _say).run(lambda: print(welcome(settings, sys.argv[0], link(settings)), flush=True)))
    return 0


def link(settings: Settings) -> str | None:
    """What signs this machine's owner in at the console, once; nothing where people sign in with their provider."""
    from sidecar.control.client import Client  # noqa: PLC0415  (httpx costs a tenth of a second)

    control = settings.control_plane
    if not control.link.local or control.sign_in is not None:
        return None
    try:
        with Client(settings.control, lambda: control.owner_key.read_text().strip()) as client:
            return client.sign_in_link()
    except (GatehouseError, OSError):
        return None  # the gate is up all the same, and `gatehouse console` says what is wrong


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def welcome(settings: Settings, program: str, console: str | None = None) -> str:
    """What to paste, and what stands behind it. `program`: how this one was called; `console`: the link to it."""
    scheme = "https" if settings.listen.tls else "http"
    host = f"[{settings.listen.address}]" if ":" in settings.listen.address else settings.listen.address
    config = f" --config {settings.file}" if settings.file else ""
    mint = f'"$({program} token mint --subject "$USER"{config})"'
    token = mint if settings.development.identity else "<a token of your identity provider>"
    metrics = f"http://{settings.metrics.address}:{settings.metrics.port}/metrics"
    lines = [
        "The gate is up. In the shell of your agent, paste:",
        "",
        f"  export ANTHROPIC_BASE_URL={scheme}://{host}:{settings.listen.port}",
        f"  export ANTHROPIC_AUTH_TOKEN={token}",
        "  unset ANTHROPIC_API_KEY",
        "",
    ]
    if settings.development.simulator:
        lines.append(
            "No ANTHROPIC_API_KEY is set here, so a simulator stands in for Claude. Nothing leaves this machine."
        )
    else:
        upstream = settings.first_claude
        lines.append(f"Calls go to {upstream.url}." if upstream else "No connection of kind claude is configured.")
    if settings.control_plane.link.local:
        lines.append(f"Approvals and the console: {console or settings.control}")
    if console:
        lines.append(f"That link signs you in once, within ten minutes; `{program} console{config}` prints another.")
    lines += [
        f"Policies: {', '.join((*settings.policies, *((str(settings.bundle.place),) if settings.bundle else ())))}",
        _record(settings),
        f"Metrics and health: {metrics}   Logs: {settings.state / 'logs'}",
        "Ctrl-C stops the gate.",
    ]
    return "\n".join(lines)


def _record(settings: Settings) -> str:
    """Where every call is written down, and how to look at it."""
    where = f"Record: {settings.record.spool}"
    if settings.record.clickhouse is not None:
        where += f", delivered to {settings.record.clickhouse}"
    return f"{where}   Prove it: gatehouse audit verify"
