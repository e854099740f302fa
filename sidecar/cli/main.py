"""The `gatehouse` program: finds the command, runs it, and turns how it ended into an exit code.

Rules:
- Only the chosen command's module is imported: `gatehouse --help` answers at once.
- A command module has `register(parser)`, which adds its arguments, and `run(arguments)`, which returns the exit code.
- 0 ok, 1 the answer is no, 2 usage or configuration error. Only a bug shows a traceback.
"""

import argparse
import difflib
import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from sidecar.core.errors import ConfigurationError, GatehouseError

PROGRAM = "gatehouse"
# 128 plus the signal's number, as a shell says it of any program.
INTERRUPTED = 130
BROKEN_PIPE = 141

# Command -> its module and the line that help shows.
COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "up": ("sidecar.cli.up", "start everything on this machine"),
        "demo": ("sidecar.cli.demo", "a guided tour with the real Claude Agent SDK"),
        "serve": ("sidecar.cli.serve", "start one process"),
        "simulate": ("sidecar.cli.simulate", "a stand-in for the Claude API"),
        "envoy": ("sidecar.cli.envoy", "the configuration of Envoy"),
        "token": ("sidecar.cli.token", "make, exchange, revoke and read tokens"),
        "login": ("sidecar.cli.login", "sign in once, and always have a token"),
        "logout": ("sidecar.cli.logout", "end that login"),
        "policy": ("sidecar.cli.policy", "check, test and explain rules"),
        "mask": ("sidecar.cli.mask", "text in, masked text out"),
        "sessions": ("sidecar.cli.sessions", "what happened, and as it streamed"),
        "approvals": ("sidecar.cli.approvals", "calls that wait for people: see them, decide"),
        "pins": ("sidecar.cli.pins", "tools that MCP servers showed first: see them, accept changes"),
        "notify": ("sidecar.cli.notify", "who is told of what outside, and whether they can be reached"),
        "console": ("sidecar.cli.console", "a link that opens the console of this machine"),
        "cluster": ("sidecar.cli.cluster", "what the gate put into a Kubernetes cluster"),
        "audit": ("sidecar.cli.audit", "prove it: verify, report, export"),
    }
)


def main(argv: Sequence[str] | None = None, commands: Mapping[str, tuple[str, str]] = COMMANDS) -> int:
    """The exit code of the whole program."""
    words = sys.argv[1:] if argv is None else list(argv)
    try:
        code = _dispatched(words, commands)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _silence_stdout()
        return BROKEN_PIPE
    return code


def _dispatched(words: Sequence[str], commands: Mapping[str, tuple[str, str]]) -> int:
    first = words[0] if words else "--help"
    if first in _FLAGS:
        print(_FLAGS[first](commands))
        return 0 if words else 2
    if first not in commands:
        print(_unknown(first, commands), file=sys.stderr)
        return 2
    return _ended(first, words[1:], commands)


def _ended(command: str, words: Sequence[str], commands: Mapping[str, tuple[str, str]]) -> int:
    """Run one command; what went wrong on purpose becomes a sentence."""
    name, line = commands[command]
    module = importlib.import_module(name)
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} {command}", description=f"{line[0].upper()}{line[1:]}.")
    try:
        module.register(parser)
        return int(module.run(parser.parse_args(words)))
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    except GatehouseError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1
    except SystemExit as error:
        # argparse has already said what was wrong (2), or shown its help (0).
        return error.code if isinstance(error.code, int) else 2


def _help(commands: Mapping[str, tuple[str, str]]) -> str:
    width = max(len(command) for command in commands)
    listed = "\n".join(f"  {command:{width}}  {line}" for command, (_, line) in commands.items())
    return (
        f"usage: {PROGRAM} COMMAND ...\n\n"
        "The gate between AI agents and the model.\n\n"
        f"{listed}\n\n"
        f"`{PROGRAM} COMMAND --help` says more. `{PROGRAM} --version` says which one this is."
    )


def _version(_: object) -> str:
    from importlib.metadata import version  # noqa: PLC0415  (20 ms that only --version should pay)

    return f"{PROGRAM} {version(PROGRAM)}"


_FLAGS: Mapping[str, Callable[[Mapping[str, tuple[str, str]]], str]] = MappingProxyType(
    {"-h": _help, "--help": _help, "help": _help, "--version": _version, "-V": _version}
)


def _unknown(word: str, commands: Mapping[str, tuple[str, str]]) -> str:
    close = difflib.get_close_matches(word, commands, n=1)
    hint = f"did you mean `{PROGRAM} {close[0]}`?" if close else f"`{PROGRAM} --help` lists the commands."
    return f"{PROGRAM}: there is no command {word!r}; {hint}"


def _silence_stdout() -> None:
    """The reader went away (`gatehouse ... | head`): the interpreter's last flush must not complain about it."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        # There is no real standard output to silence.
        return


if __name__ == "__main__":
    sys.exit(main())
