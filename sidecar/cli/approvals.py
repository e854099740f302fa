"""`gatehouse approvals`: calls that wait for people, decided on the command line.

Rules:
- Everything goes through the control plane's API, as the console's own script does.
- 0: done; 1: it was not done, and the sentence says why (too late, your own call, you decided already); 2: nobody could
  be asked.
"""

import argparse
import json
import queue
import sys
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sidecar.cli.approval_lines import full, listed
from sidecar.cli.control_client import add_control, speaking
from sidecar.core.errors import GatehouseError

if TYPE_CHECKING:
    from sidecar.control.client import Client

STATES = ("pending", "approved", "used", "denied", "expired", "withdrawn")
CLEAR = "\x1b[H\x1b[2J"
# Told between two looks of a watch at a terminal: its countdowns go on.
TICK = 1.0
MOST = 200


def register(parser: argparse.ArgumentParser) -> None:
    found = parser.add_subparsers(dest="subcommand", required=True, metavar="SUBCOMMAND")
    listing = found.add_parser("list", help="what waits, and what was decided")
    listing.add_argument("--state", action="append", choices=STATES, help="may be given several times (pending)")
    listing.add_argument("--all", action="store_true", help="in whatever state")
    listing.add_argument("--who", metavar="SUBJECT", help="of this caller")
    listing.add_argument("--session", metavar="ID", help="of this session")
    listing.add_argument("--most", type=int, default=50, metavar="N", help="so many, the newest (50)")
    show = found.add_parser("show", help="one call with its texts; the look is recorded")
    approve = found.add_parser("approve", help="let it go")
    approve.add_argument("--for-session", action="store_true", help="also the next ones of this rule in this session")
    deny = found.add_parser("deny", help="turn it back")
    for one in (show, approve, deny):
        one.add_argument("ticket", metavar="TICKET")
    for one in (approve, deny):
        one.add_argument("--rationale", metavar="TEXT", help="why; the agent reads it when it is denied")
    watch = found.add_parser("watch", help="what waits, as it changes; Ctrl-C ends it")
    for one in (listing, show, approve, deny, watch):
        add_control(one)


def run(arguments: argparse.Namespace) -> int:
    with speaking(arguments) as client:
        return ACTIONS[arguments.subcommand](client, arguments)


def _list(client: "Client", arguments: argparse.Namespace) -> int:
    states = STATES if arguments.all else tuple(arguments.state or ("pending",))
    query = {"state": ",".join(states)}
    query |= {name: value for name, value in (("subject", arguments.who), ("session", arguments.session)) if value}
    calls = _paged(client, query, max(1, arguments.most))
    if arguments.json:
        _print_json(*calls)
    elif calls:
        print("\n".join(listed(calls)))
    else:
        print("Nothing waits." if states == ("pending",) else "No call is like that.")
    return 0


def _paged(client: "Client", query: Mapping[str, str], most: int) -> list[dict[str, object]]:
    calls: list[dict[str, object]] = []
    cursor: Mapping[str, str] = {}
    while len(calls) < most:
        page = client.approvals({**query, **cursor, "limit": str(min(MOST, most - len(calls)))})
        items = page.get("items")
        calls += items if isinstance(items, list) else []
        if not page.get("next"):
            break
        cursor = {"cursor": str(page["next"])}
    return calls


def _show(client: "Client", arguments: argparse.Namespace) -> int:
    call = client.approval(arguments.ticket)
    if arguments.json:
        _print_json(call)
    else:
        print("\n".join(full(call, sys.stdout.isatty())))
    return 0


def _approve(client: "Client", arguments: argparse.Namespace) -> int:
    return _decided(client.decide(arguments.ticket, True, arguments.rationale, arguments.for_session), arguments)


def _deny(client: "Client", arguments: argparse.Namespace) -> int:
    return _decided(client.decide(arguments.ticket, False, arguments.rationale, False), arguments)


def _decided(call: dict[str, object], arguments: argparse.Namespace) -> int:
    if arguments.json:
        _print_json(call)
    elif call["state"] == "pending":
        print(f"{call['id']}: {call['approvals']} of {call['approvals_needed']} approvals; another person is needed.")
    else:
        print(f"{call['id']}: {'approved' if call['state'] == 'used' else call['state']}.")
    return 0


def _watch(client: "Client", arguments: argparse.Namespace) -> int:
    """A thread hears of changes; what is shown is asked for anew."""
    heard: queue.Queue[GatehouseError | None] = queue.Queue()
    threading.Thread(target=_hear, args=(client, heard), daemon=True).start()
    live = sys.stdout.isatty() and not arguments.json
    known: dict[object, object] = {}
    while True:
        try:
            word = heard.get(timeout=TICK if live else None)
        except queue.Empty:
            word = None
        if isinstance(word, GatehouseError):
            raise word
        query = {"state": "pending"} if live else {"state": ",".join(STATES)}
        calls = _paged(client, query, MOST)
        if live:
            print(f"{CLEAR}{len(calls)} waiting. Ctrl-C ends this.\n", *listed(calls), sep="\n", flush=True)
        else:
            known = _news(calls, known, arguments.json)


def _news(calls: list[dict[str, object]], known: Mapping[object, object], as_json: bool) -> dict[object, object]:
    """One line for each call that is new or changed; those that had ended before the watch began are no news."""
    now = {call["id"]: (call["state"], call["approvals"]) for call in calls}
    for call in reversed(calls):
        if known.get(call["id"]) != now[call["id"]] and (known or call["state"] == "pending"):
            _print_json(call) if as_json else print(list(listed([call]))[1], flush=True)
    return {**known, **now, None: None}


def _hear(client: "Client", heard: "queue.Queue[GatehouseError | None]") -> None:
    from sidecar.control.client import Away  # noqa: PLC0415

    try:
        for _ in client.changes():
            heard.put(None)
        heard.put(Away("the control plane has ended the watch: start it again"))
    except GatehouseError as error:
        heard.put(error)


def _print_json(*calls: Mapping[str, object]) -> None:
    for call in calls:
        print(json.dumps(call), flush=True)


ACTIONS: Mapping[str, Callable[["Client", argparse.Namespace], int]] = {
    "list": _list,
    "show": _show,
    "approve": _approve,
    "deny": _deny,
    "watch": _watch,
}
