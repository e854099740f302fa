"""`gatehouse envoy config`: the Envoy bootstrap that `up`, the tests and the chart all use."""

import argparse
from pathlib import Path

from sidecar.extproc.bootstrap.document import as_json, as_yaml
from sidecar.extproc.bootstrap.spec import spec_from
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


def run(arguments: argparse.Namespace) -> int:
    settings = load(arguments.config)
    secret = route_secret(settings.state) if arguments.secret is None else arguments.secret
    spec = spec_from(settings, secret, providers(settings))
    print(as_json(spec) if arguments.json else as_yaml(spec), end="")
    return 0
