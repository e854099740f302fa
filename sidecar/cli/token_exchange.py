"""`gatehouse token exchange` and `token revoke`: a gate token for what this machine can show, and taking tokens back.

Rules:
- `exchange` prints the token and nothing else, so that it can be Claude's `apiKeyHelper`; what goes wrong goes to
  standard error.
- It never prints a token for people's acts: what is printed here ends in an agent's environment.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from sidecar.control.laptop import proof
from sidecar.control.laptop.kept import Kept
from sidecar.control.laptop.proof import Proof
from sidecar.control.laptop.said import NoToken
from sidecar.control.laptop.wallet import Wallet, Wanted
from sidecar.core.errors import ConfigurationError
from sidecar.settings.environment import environment
from sidecar.settings.tokens import CONTROL_AUDIENCE

VARIABLE = "env:"


def add_arguments(exchange: argparse.ArgumentParser) -> None:
    exchange.description = "Print a gate token. Without a source it is for whoever did `gatehouse login` here."
    source = exchange.add_mutually_exclusive_group()
    source.add_argument("--from", dest="source", metavar="FILE|-|env:NAME", help="a token or SAML assertion to show")
    source.add_argument("--kubernetes", action="store_true", help="show this pod's service account token")
    source.add_argument("--github", action="store_true", help="show this GitHub Actions job's token")
    exchange.add_argument(
        "--as", dest="kind", choices=sorted(proof.TYPES), default="jwt", help="what the source holds (jwt)"
    )
    exchange.add_argument("--audience", metavar="NAME", help="the gate that the token is for (the control plane's)")
    exchange.add_argument("--json", action="store_true", help="with its end, for scripts")


def add_revocation(revoke: argparse.ArgumentParser) -> None:
    revoke.description = "Call tokens back: data planes learn of it within two seconds, and open streams end."
    what = revoke.add_mutually_exclusive_group(required=True)
    what.add_argument("--id", metavar="JTI", help="one token, by its id")
    what.add_argument("--subject", metavar="NAME", help="all tokens of a caller until now")
    what.add_argument("--session", metavar="ID", help="an agent's session, until it is lifted")
    revoke.add_argument("--reason", metavar="TEXT", help="a sentence that the caller reads")


def add_control(command: argparse.ArgumentParser) -> None:
    command.add_argument("--control", metavar="URL", help="the control plane (the login's, else the configuration's)")
    command.add_argument("--config", type=Path, metavar="FILE", help="the gate's configuration")


def control(arguments: argparse.Namespace, kept: Kept) -> str:
    """Which control plane is meant: named, or logged in to, or configured."""
    if arguments.control:
        return str(arguments.control).rstrip("/")
    login = kept.login()
    if login is not None and arguments.config is None:
        return login.control
    from sidecar.settings.load import load  # noqa: PLC0415  (who is logged in needs no configuration, nor its 0.2 s)

    return load(arguments.config).control


def exchange(arguments: argparse.Namespace) -> int:
    if arguments.audience == CONTROL_AUDIENCE:
        raise ConfigurationError.single(
            "--audience",
            f"{CONTROL_AUDIENCE} is for what people do, and is not printed for agents: `gatehouse approvals`, "
            "`gatehouse sessions kill` and `gatehouse token revoke` use it by themselves",
        )
    environ = environment()
    kept = Kept.of(environ)
    wanted = Wanted(control(arguments, kept), arguments.audience)
    wallet = Wallet(kept, time.time)
    shown = _proof(arguments, environ, wanted.audience or "gatehouse")
    if shown is not None:
        token = wallet.token_for(shown, wanted)
    else:
        login = kept.login()
        if login is None:
            raise NoToken("Nobody is logged in here: `gatehouse login`, or name a source with --from.")
        token = wallet.token_of_login(login, wanted)
    said = {"token": token.token, "expires": int(token.expires), "expires_in": int(token.expires - time.time())}
    print(json.dumps(said) if arguments.json else token.token)
    return 0


def _proof(arguments: argparse.Namespace, environ: Mapping[str, str], audience: str) -> Proof | None:
    kind = proof.TYPES[arguments.kind]
    if arguments.kubernetes:
        return proof.of_pod()
    if arguments.github:
        return proof.of_github(environ, audience)
    source = arguments.source
    if source is None:
        return None
    if source == "-":
        return proof.from_input(sys.stdin, kind)
    if source.startswith(VARIABLE):
        return proof.from_variable(source.removeprefix(VARIABLE), environ, kind)
    return proof.from_file(Path(source), kind)


def revoke(arguments: argparse.Namespace) -> int:
    from sidecar.control.laptop.ask import post_json  # noqa: PLC0415  (httpx costs a tenth of a second)

    kept = Kept.of(environment())
    login = kept.login()
    if login is None:
        raise ConfigurationError.single("token revoke", "nobody is logged in here: `gatehouse login` first")
    where = control(arguments, kept)
    bearer = Wallet(kept, time.time).token_of_login(login, Wanted.to_act(where)).token
    named = {name: getattr(arguments, name) for name in ("id", "subject", "session", "reason")}
    said = post_json(f"{where}/v1/revocations", {k: v for k, v in named.items() if v}, bearer)
    print(f"Called back: {said['target']} {said['value']} (block {said['block']}).")
    return 0
