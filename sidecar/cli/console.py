"""`gatehouse console`: a link that signs the owner of this machine's control plane in, once."""

import argparse
import json

from sidecar.cli.control_client import add_control, speaking


def register(parser: argparse.ArgumentParser) -> None:
    parser.description = "Print a link that opens the console of this machine, once, within ten minutes."
    add_control(parser)


def run(arguments: argparse.Namespace) -> int:
    with speaking(arguments, as_owner=True) as client:
        link = client.sign_in_link()
    print(json.dumps({"url": link}) if arguments.json else link)
    return 0
