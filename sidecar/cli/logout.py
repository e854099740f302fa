"""`gatehouse logout`: the login and its tokens are forgotten here, and ended at the control plane."""

import argparse
import sys

from sidecar.control.laptop.kept import Kept
from sidecar.control.laptop.said import NoToken
from sidecar.settings.environment import environment


def register(parser: argparse.ArgumentParser) -> None:
    parser.description = "Forget the login of this machine."


def run(_: argparse.Namespace) -> int:
    kept = Kept.of(environment())
    login = kept.login()
    if not kept.forget():
        print("Nobody was logged in here.", file=sys.stderr)
        return 1
    if login is not None and login.issuer is None and login.refresh:
        from sidecar.control.laptop.ask import post  # noqa: PLC0415

        try:
            post(f"{login.control}/v1/logout", {"token": login.refresh})
        except NoToken as error:
            print(f"The control plane was not told: {error}", file=sys.stderr)
    print("Logged out.", file=sys.stderr)
    return 0
