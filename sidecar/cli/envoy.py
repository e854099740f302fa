"""`gatehouse envoy`: the bootstrap that `up`, the tests and the chart all use, and Envoy's way down in a pod."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from sidecar.extproc.bootstrap.document import as_json, as_yaml
from sidecar.extproc.bootstrap.spec import spec_from
from sidecar.processes.draining import drained
from sidecar.processes.envoy_admin import EnvoyAdmin
from sidecar.processes.providers import providers
from sidecar.processes.state_folder import route_secret
from sidecar.settings.load import load


def register(parser: argparse.ArgumentParser) -> None:
    parser.description = "Envoy's side of the gate."
    commands = parser.add_subparsers(dest="envoy_command", metavar="COMMAND", required=True)
    config = commands.add_parser(
        "config",
        help="print the bootstrap",
        description="Print the Envoy bootstrap for a configuration. It holds the route secret of the state folder, "
        "made if there is none yet: treat the output as a secret.",
    )
    config.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's defaults")
    config.add_argument("--secret", metavar="TEXT", help="use this route secret instead, as for a template")
    config.add_argument("--json", action="store_true", help="as JSON, not YAML")
    drain = commands.add_parser(
        "drain",
        help="wait until open calls are finished, before a pod ends",
        description="Tell the Envoy of this pod to close its listeners gently, and return when no call is open, or "
        "after `envoy.drain`. For the preStop hook of Envoy and of its data plane.",
    )
    drain.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's defaults")
    stats = commands.add_parser(
        "stats",
        help="print Envoy's counters",
        description="Print the counters of a running Envoy, asked by its admin port or socket.",
    )
    stats.add_argument("words", nargs="*", metavar="WORD", help="only counters with one of these words in their name")
    stats.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's defaults")


def run(arguments: argparse.Namespace) -> int:
    return COMMANDS[arguments.envoy_command](arguments)


def _drain(arguments: argparse.Namespace) -> int:
    envoy = load(arguments.config).envoy
    return 0 if drained(EnvoyAdmin.of(envoy), envoy.drain) else 1


def _config(arguments: argparse.Namespace) -> int:
    settings = load(arguments.config)
    secret = route_secret(settings.state) if arguments.secret is None else arguments.secret
    spec = spec_from(settings, secret, providers(settings))
    print(as_json(spec) if arguments.json else as_yaml(spec), end="")
    return 0


def _stats(arguments: argparse.Namespace) -> int:
    admin = EnvoyAdmin.of(load(arguments.config).envoy)
    lines = admin.counters()
    if lines is None:
        print(f"no Envoy answers at {admin.place}", file=sys.stderr)
        return 1
    wanted = [line for line in lines if not arguments.words or any(word in line for word in arguments.words)]
    print(*wanted, sep="\n")
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {"config": _config, "drain": _drain, "stats": _stats}
