"""`gatehouse token`: make, exchange and revoke tokens, or look into any.

Rules:
- `mint` and `exchange` print the token and nothing else, so that they can stand in `$(...)`. `show` says whether it
  verified.
- `exchange` is what an agent runs again and again (`apiKeyHelper`): what the others need is loaded by them.
"""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from sidecar.cli import token_exchange


def register(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="token_command", required=True, metavar="mint|exchange|show|revoke")
    mint = commands.add_parser("mint", help="print a token of this machine's development identity")
    mint.add_argument("--subject", required=True, metavar="NAME", help="who the caller is")
    mint.add_argument("--group", action="append", default=[], metavar="G", help="a group; may be given several times")
    mint.add_argument(
        "--ttl", type=_ttl, default=12 * 3600.0, metavar="12h", help="how long it holds (12h, at most 7d)"
    )
    show = commands.add_parser("show", help="what a token says")
    show.add_argument("token", metavar="TOKEN|-", help="the token, or - to read it from standard input")
    show.add_argument("--json", action="store_true", help="for scripts")
    for command in (mint, show):
        command.add_argument("--config", type=Path, metavar="FILE", help="the gate's configuration")
    exchange = commands.add_parser("exchange", help="print a gate token for what this machine can show")
    token_exchange.add_arguments(exchange)
    revoke = commands.add_parser("revoke", help="call tokens back")
    token_exchange.add_revocation(revoke)
    for command in (exchange, revoke):
        token_exchange.add_control(command)


def run(arguments: argparse.Namespace) -> int:
    return COMMANDS[arguments.token_command](arguments)


def _ttl(text: str) -> float:
    from sidecar.cli.token_mint import ttl  # noqa: PLC0415  (it knows the settings and the keys, which cost 0.3 s)

    return ttl(text)


def _mint(arguments: argparse.Namespace) -> int:
    from sidecar.cli.token_mint import mint  # noqa: PLC0415

    return mint(arguments)


def _show(arguments: argparse.Namespace) -> int:
    from sidecar.cli.token_mint import show  # noqa: PLC0415

    return show(arguments)


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "mint": _mint,
    "exchange": token_exchange.exchange,
    "show": _show,
    "revoke": token_exchange.revoke,
}
