"""Which control plane a command speaks to, and as whom.

Rules:
- Who logged in speaks as themselves, with a token for people's acts. Else, on the machine of the control plane, its
  owner's key does.
- What an agent is given (ANTHROPIC_AUTH_TOKEN, an `apiKeyHelper`) is never used here.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sidecar.control.laptop.kept import Kept
from sidecar.control.laptop.wallet import Wallet, Wanted
from sidecar.core.errors import ConfigurationError
from sidecar.settings.environment import environment

if TYPE_CHECKING:
    from sidecar.control.client import Client


def add_control(command: argparse.ArgumentParser) -> None:
    command.add_argument("--control", metavar="URL", help="the control plane (the login's, else the configuration's)")
    command.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's")
    command.add_argument("--json", action="store_true", help="for scripts")


@contextmanager
def speaking(arguments: argparse.Namespace, *, as_owner: bool = False) -> Iterator["Client"]:
    """A client; that the control plane is away becomes a configuration error with its address."""
    from sidecar.control.client import Away, Client  # noqa: PLC0415  (httpx costs a tenth of a second)

    url, bearer = owner(arguments) if as_owner else found(arguments, Kept.of(environment()))
    try:
        with Client(url, bearer) as client:
            yield client
    except Away as away:
        raise ConfigurationError.single("control.url", str(away)) from away


def found(arguments: argparse.Namespace, kept: Kept) -> tuple[str, Callable[[], str]]:
    """The address, and how to get what we speak with."""
    login = kept.login()
    named = str(arguments.control).rstrip("/") if arguments.control else None
    if login is not None and named in (None, login.control) and arguments.config is None:
        wallet, wanted = Wallet(kept, time.time), Wanted.to_act(login.control)
        return login.control, lambda: wallet.token_of_login(login, wanted).token
    return owner(arguments)


def owner(arguments: argparse.Namespace) -> tuple[str, Callable[[], str]]:
    """As the owner of this machine's control plane."""
    from sidecar.settings.load import load  # noqa: PLC0415  (who is logged in needs no configuration, nor its 0.2 s)

    settings = load(arguments.config)
    key = settings.control_plane.owner_key
    named = str(arguments.control).rstrip("/") if arguments.control else settings.control
    if named != settings.control or not key.is_file():
        raise ConfigurationError.single(
            "control", "nobody is logged in here: `gatehouse login`, or start the control plane with `gatehouse up`"
        )
    return settings.control, lambda: key.read_text().strip()
