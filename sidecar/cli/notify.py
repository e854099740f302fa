"""`gatehouse notify`: who is told of what, and whether they can be reached."""

import argparse
import asyncio
import json
from pathlib import Path

from sidecar.core.errors import needing
from sidecar.settings.environment import environment
from sidecar.settings.load import load
from sidecar.settings.notify import Occasion, Route


def register(parser: argparse.ArgumentParser) -> None:
    parser.description = "Who is told of held calls, decisions and blocks, and whether they can be reached."
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="the destinations in the configuration")
    test = actions.add_parser("test", help="send a sample, and say what came back")
    test.add_argument("name", metavar="NAME", help="a name of control.notifications")
    for one in (listed, test):
        one.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's")
        one.add_argument("--json", action="store_true", help="for programs")


def run(arguments: argparse.Namespace) -> int:
    return _list(arguments) if arguments.action == "list" else _test(arguments)


def _list(arguments: argparse.Namespace) -> int:
    routes = load(arguments.config).control_plane.notifications
    if arguments.json:
        for route in routes:
            print(json.dumps(_fields(route)))
    elif routes:
        print("\n".join(_line(route) for route in routes))
    else:
        print("Nobody is told of anything: name destinations in control.notifications.")
    return 0


def _test(arguments: argparse.Namespace) -> int:
    with needing("control", "control"):
        from sidecar.processes.notifying import tried  # noqa: PLC0415  (its packages are an extra)
    outcome = asyncio.run(tried(load(arguments.config).control_plane, arguments.name, environment()))
    if arguments.json:
        print(json.dumps({"name": arguments.name, "delivered": outcome.delivered, "said": outcome.said}))
    else:
        print(f"{'Delivered' if outcome.delivered else 'Not delivered'}: {outcome.said}")
    return 0 if outcome.delivered else 1


def _fields(route: Route) -> dict[str, object]:
    return {
        "name": route.name,
        "kind": route.kind,
        "when": _when(route),
        "rules": route.rules,
        "approvers": route.approvers,
        "content": "masked" if route.content else "none",
    }


def _when(route: Route) -> list[str]:
    """In the order in which it happens."""
    return [one.value for one in Occasion if one in route.when]


def _line(route: Route) -> str:
    only = [f"rules {' '.join(route.rules)}"] if route.rules else []
    only += [f"approvers {' '.join(route.approvers)}"] if route.approvers else []
    only += ["with the masked texts"] if route.content else []
    return f"{route.name}  {route.kind}: {', '.join(_when(route))}" + "".join(f"; {one}" for one in only)
