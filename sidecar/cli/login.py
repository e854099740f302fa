"""`gatehouse login`: sign in once, so that `gatehouse token exchange` always has a token."""

import argparse
import platform
import sys
import time
import webbrowser

from sidecar.cli.token_exchange import add_control, control
from sidecar.control.laptop.kept import Kept, Login
from sidecar.control.laptop.said import NoToken
from sidecar.control.laptop.wallet import Wallet, Wanted
from sidecar.settings.environment import environment


def register(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Sign in with the company's provider in the browser, or with --device by a code that is typed in at the "
        "console. The login is kept in ~/.config/gatehouse, readable by nobody else; `gatehouse logout` ends it."
    )
    parser.add_argument("--device", action="store_true", help="there is no browser here")
    parser.add_argument("--provider", metavar="NAME", help="which one, where there are several")
    parser.add_argument("--no-browser", action="store_true", help="print the address, open nothing")
    add_control(parser)


def run(arguments: argparse.Namespace) -> int:
    kept = Kept.of(environment())
    where = control(arguments, kept)
    login = _on_device(where) if arguments.device else _in_browser(where, arguments)
    _prove(kept, login, where)
    print(f"Logged in as {login.who}. `gatehouse token exchange` prints a token.", file=sys.stderr)
    return 0


def _prove(kept: Kept, login: Login, where: str) -> None:
    """A login that opens nothing is not kept: the one before may still be good."""
    before = kept.login()
    kept.forget()  # tokens of the login before may have been called back
    kept.keep(login)
    try:
        Wallet(kept, time.time).token_of_login(login, Wanted(where))
    except NoToken:
        if before is not None:
            kept.keep(before)
        else:
            kept.forget()
        raise


def _in_browser(where: str, arguments: argparse.Namespace) -> Login:
    from sidecar.control.laptop.browser import log_in, offered  # noqa: PLC0415  (only the browser flow needs it)

    def show(address: str) -> None:
        print(f"Open this in your browser:\n\n  {address}\n", file=sys.stderr, flush=True)
        if not arguments.no_browser:
            webbrowser.open(address)

    return log_in(offered(where, arguments.provider), where, show)


def _on_device(where: str) -> Login:
    from sidecar.control.laptop.device import log_in_device  # noqa: PLC0415

    def show(address: str, code: str) -> None:
        print(f"Open {address} and type in:  {code}", file=sys.stderr, flush=True)

    return log_in_device(where, f"gatehouse on {platform.node()}", show, time.sleep)
