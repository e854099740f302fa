"""`gatehouse simulate`: the stand-in for the Claude API, or for an identity provider, in the foreground."""

import argparse
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sidecar.core.errors import ConfigurationError, needing

PORT = 15085  # beside the gate's own ports
PROVIDER_PORT = 15086


def register(parser: argparse.ArgumentParser) -> None:
    from sidecar.simulator.magic import help_text  # noqa: PLC0415  (only now: not every command should load it)

    parser.description = "A stand-in for the Claude API: JSON and streams, tools, signed thinking, errors, mishaps."
    parser.epilog = f"Magic words in the last prompt say what to answer:\n{help_text()}"
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    ports = f"{PORT}, or {PROVIDER_PORT} for the identity provider"
    parser.add_argument("--port", type=int, help=f"where to listen; 0 takes a free one ({ports})")
    parser.add_argument("--address", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--script", type=Path, metavar="FILE", help="YAML file of turns to answer with")
    parser.add_argument("--record", type=Path, metavar="FILE", help="append everything received, as JSON lines")
    parser.add_argument("--api-key", metavar="KEY", help="accept this x-api-key only (any)")
    parser.add_argument("--api-key-file", type=Path, metavar="FILE", help="the same, read from a file")
    parser.add_argument("--bearer", action="store_true", help="accept `Authorization: Bearer` too: an agent, no gate")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    parser.add_argument(
        "--identity-provider", action="store_true", help="an OpenID provider without passwords instead; loopback only"
    )
    parser.add_argument(
        "--user", action="append", type=_user, metavar="NAME:GROUP,...", help="who can sign in there (five are made up)"
    )


def _user(text: str) -> "tuple[str, tuple[str, ...]]":
    name, _, groups = text.partition(":")
    if not name.isidentifier():
        raise argparse.ArgumentTypeError("expected NAME:GROUP,GROUP with a plain name")
    return name, tuple(group for group in groups.split(",") if group)


def run(arguments: argparse.Namespace) -> int:
    return _provider(arguments) if arguments.identity_provider else _claude(arguments)


def _provider(arguments: argparse.Namespace) -> int:
    from sidecar.simulator.provider import USERS, Options, User  # noqa: PLC0415
    from sidecar.simulator.provider_serve import provide  # noqa: PLC0415

    users = tuple(User(*one) for one in arguments.user or ()) or USERS
    port = PROVIDER_PORT if arguments.port is None else arguments.port
    with _told_to_stop() as wait, provide(Options(users), arguments.address, port) as running:
        if not arguments.quiet:
            print(f"The development identity provider answers at {running.url} (Ctrl-C stops it)", flush=True)
        wait()
    return 0


def _claude(arguments: argparse.Namespace) -> int:
    with needing("simulator", "local"):
        from sidecar.simulator.script import load_script  # noqa: PLC0415
        from sidecar.simulator.serve import Options, start  # noqa: PLC0415
    options = Options(
        port=PORT if arguments.port is None else arguments.port,
        address=arguments.address,
        script=load_script(arguments.script) if arguments.script else None,
        record=arguments.record,
        api_key=arguments.api_key or _key_in(arguments.api_key_file),
        bearer=arguments.bearer,
    )
    with _told_to_stop() as wait, start(options) as running:
        if not arguments.quiet:
            print(f"The simulated Claude API answers at {running.url} (Ctrl-C stops it)", flush=True)
        wait()
    return 0


def _key_in(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text().strip()
    except OSError as error:
        raise ConfigurationError.single(str(file), f"the key cannot be read: {error.strerror}") from error


@contextmanager
def _told_to_stop() -> Iterator[Callable[[], object]]:
    """What waits for SIGTERM or Ctrl-C. One that comes while we still start is kept until somebody waits for it."""
    asked = {signal.SIGINT, signal.SIGTERM}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, asked)
    try:
        yield lambda: signal.sigwait(asked)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
