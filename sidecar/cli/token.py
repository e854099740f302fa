"""`gatehouse token`: make, exchange and revoke tokens, or look into any.

Rules: `mint` and `exchange` print the token and nothing else, so that they can stand in `$(...)`. `show`
says whether it verified.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import jwt

from sidecar.cli import token_exchange
from sidecar.core.errors import ConfigurationError
from sidecar.settings.load import load
from sidecar.settings.units import duration
from sidecar.simulator.identity import ISSUER, LONGEST, prepared_for

TIMES = ("iat", "nbf", "exp")


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
    try:
        seconds = float(text[:-1]) * 86400 if text.endswith("d") else duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("expected a duration such as 30m, 12h or 2d") from error
    if not 0 < seconds <= LONGEST:
        raise argparse.ArgumentTypeError("expected more than nothing and at most 7d")
    return seconds


def _mint(arguments: argparse.Namespace) -> int:
    for name in (arguments.subject, *arguments.group):
        if not name.strip() or not name.isprintable():
            raise ConfigurationError.single("token mint", "a subject or group must be printable and not empty")
    identity = prepared_for(load(arguments.config))
    print(identity.mint(arguments.subject, arguments.group, arguments.ttl))
    return 0


@dataclass(frozen=True, slots=True)
class Shown:
    """What a token says, and what we know about whether it is true."""

    header: dict[str, object]
    claims: dict[str, object]
    verified: bool
    why: str

    def state(self, now: float) -> str:
        expires = self.claims.get("exp")
        if not isinstance(expires, int | float):
            return "never expires"
        left = int(abs(expires - now))
        ago = f"{left // 3600}h {left // 60 % 60}m {left % 60}s"
        return f"expires in {ago}" if expires > now else f"expired {ago} ago"

    def lines(self, now: float) -> list[str]:
        said = [f"{name}: {_readable(name, value)}" for name, value in self.claims.items()]
        truth = "verified" if self.verified else "NOT VERIFIED"
        return [f"{truth}: {self.why}", self.state(now), f"algorithm: {self.header.get('alg')}", *said]


def _show(arguments: argparse.Namespace) -> int:
    text = sys.stdin.read() if arguments.token == "-" else arguments.token  # noqa: S105  (a dash, no password)
    shown = look(text.strip().removeprefix("Bearer ").strip(), arguments.config)
    now = time.time()
    if arguments.json:
        fields = {"verified": shown.verified, "why": shown.why, "state": shown.state(now)}
        print(json.dumps({**fields, "header": shown.header, "claims": shown.claims}))
    else:
        print("\n".join(shown.lines(now)))
    return 0


def look(token: str, config: Path | None) -> Shown:
    """Decode it, and verify it where that is possible: only the development identity's key is at hand here."""
    try:
        header = dict(jwt.get_unverified_header(token))
        claims = dict(jwt.decode(token, options={"verify_signature": False}))
    except jwt.InvalidTokenError as error:
        raise ConfigurationError.single("token show", f"this is not a JSON Web Token: {error}") from error
    if claims.get("iss") != ISSUER:
        return Shown(header, claims, False, "only the gate has the keys of its issuer")
    try:
        prepared_for(load(config)).verify(token)
    except ConfigurationError as error:
        return Shown(header, claims, False, f"there is no development identity to check with ({error})")
    except jwt.InvalidTokenError:
        return Shown(header, claims, False, "it was not signed by the development identity of this state folder")
    return Shown(header, claims, True, "signed by the development identity of this state folder")


def _readable(name: str, value: object) -> str:
    if name in TIMES and isinstance(value, int | float):
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "mint": _mint,
    "exchange": token_exchange.exchange,
    "show": _show,
    "revoke": token_exchange.revoke,
}
