"""`gatehouse token mint` and `token show`: what this machine's development identity says, and what any token says."""

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import jwt

from sidecar.core.errors import ConfigurationError
from sidecar.settings.load import load
from sidecar.settings.units import duration
from sidecar.simulator.identity import ISSUER, LONGEST, prepared_for

TIMES = ("iat", "nbf", "exp")


def ttl(text: str) -> float:
    try:
        seconds = float(text[:-1]) * 86400 if text.endswith("d") else duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("expected a duration such as 30m, 12h or 2d") from error
    if not 0 < seconds <= LONGEST:
        raise argparse.ArgumentTypeError("expected more than nothing and at most 7d")
    return seconds


def mint(arguments: argparse.Namespace) -> int:
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


def show(arguments: argparse.Namespace) -> int:
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
