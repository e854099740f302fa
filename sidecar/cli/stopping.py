"""`gatehouse sessions kill` and `blocks`: stop whom or what must not go on, and lift it again."""

import argparse
import json
import time

from sidecar.cli.control_client import add_control, speaking
from sidecar.control.visible import line
from sidecar.core.errors import ConfigurationError


def register_kill(kill: argparse.ArgumentParser) -> None:
    kill.description = "Stop until it is lifted: open answers end within two seconds, new calls are refused."
    kill.add_argument("session", nargs="?", metavar="SESSION", help="an agent's session")
    what = kill.add_mutually_exclusive_group()
    what.add_argument("--subject", metavar="NAME", help="a caller")
    what.add_argument("--agent", metavar="NAME", help="an agent, by the name it gives itself")
    what.add_argument("--connection", metavar="NAME", help="a connection of the gate")
    what.add_argument("--all", action="store_true", help="everything")
    what.add_argument("--lift", metavar="ID", help="end a block")
    kill.add_argument("--reason", metavar="TEXT", help="a sentence that the caller reads")
    add_control(kill)


def register_blocks(blocks: argparse.ArgumentParser) -> None:
    blocks.add_argument("--lift", metavar="ID", help="end this one")
    blocks.add_argument("--all", action="store_true", help="also those that were lifted")
    add_control(blocks)


def kill(arguments: argparse.Namespace) -> int:
    if arguments.lift:
        return _lift(arguments)
    target, value = named(arguments)
    if not arguments.reason:
        raise ConfigurationError.single("sessions kill", "say why with --reason: the caller reads it")
    with speaking(arguments) as client:
        block = client.put_block(target, value, arguments.reason)
    if arguments.json:
        print(json.dumps(block))
    else:
        print(f"Stopped: {target} {line(value)}".rstrip() + f" (block {block['id']}).")
    return 0


def named(arguments: argparse.Namespace) -> tuple[str, str]:
    """What is stopped: exactly one thing."""
    names = ("session", "subject", "agent", "connection")
    given = [(name, value) for name in names if (value := getattr(arguments, name))]
    if arguments.all:
        given.append(("all", ""))
    if len(given) != 1:
        raise ConfigurationError.single(
            "sessions kill", "name one thing: a SESSION, --subject, --agent, --connection or --all"
        )
    return given[0]


def blocks(arguments: argparse.Namespace) -> int:
    if arguments.lift:
        return _lift(arguments)
    with speaking(arguments) as client:
        found = [one for one in client.blocks() if arguments.all or one["lifted"] is None]
    if arguments.json:
        for one in found:
            print(json.dumps(one))
    elif found:
        print("\n".join(_shown(one) for one in found))
    else:
        print("Nothing is stopped.")
    return 0


def _shown(block: dict[str, object]) -> str:
    at = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(float(str(block["at"]))))
    what = f"{block['target']} {line(str(block['value']))}".strip()
    lifted = f", lifted by {line(str(block['lifted_by']))}" if block["lifted"] is not None else ""
    return f"{block['id']}  {what}: {line(str(block['reason']))} (by {line(str(block['by']))}, {at}{lifted})"


def _lift(arguments: argparse.Namespace) -> int:
    with speaking(arguments) as client:
        client.lift_block(arguments.lift)
    print(json.dumps({"lifted": arguments.lift}) if arguments.json else f"Lifted: {arguments.lift}.")
    return 0
