"""`gatehouse pins`: what MCP servers showed callers first, and what is withheld from them because it changed.

Rules:
- Exit 0: done, or listed. 1: there is nothing of what was named.
- The gate takes a word up within a second, or when it starts, and records it.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from sidecar.core.exchange.mcp.pins import Shelf
from sidecar.core.exchange.mcp.wish import Act, Wish
from sidecar.record.pin_wishes import put
from sidecar.record.pinned import FILE, kept
from sidecar.record.reports.forms import Table, as_table
from sidecar.settings.load import load

COLUMNS = ("connection", "caller", "tool", "state")


def register(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="tools that callers were shown, and what is withheld")
    accept = actions.add_parser("accept", help="what is withheld now is the tool from now on")
    forget = actions.add_parser("forget", help="the next sight counts as the first")
    for one in (listed, accept, forget):
        one.add_argument("--connection", required=one is not listed, metavar="NAME", help="a connection of kind mcp")
        one.add_argument("--caller", metavar="SUBJECT", help="only this caller")
        one.add_argument("--tool", metavar="NAME", help="only this tool")
        one.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's")
    listed.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    file = load(arguments.config).state / FILE
    act = Act(arguments.action) if arguments.action != "list" else Act.FORGET
    found = [row for shelf in kept(file) for row in _rows(shelf, _wish(act, arguments, shelf.shop[0]))]
    if arguments.action == "list":
        return _listed(found, as_json=arguments.json)
    if not found:
        print(f"Nothing of this is {'withheld' if act is Act.ACCEPT else 'known'} in {file}.")
        return 1
    put(file, _wish(act, arguments, arguments.connection))
    print(f"{len(found)} of {act.value}: the gate takes this up within a second, or when it starts.")
    return 0


def _wish(act: Act, arguments: argparse.Namespace, connection: str) -> Wish:
    return Wish(act, arguments.connection or connection, arguments.caller, arguments.tool)


def _rows(shelf: Shelf, wish: Wish) -> Iterator[Sequence[str]]:
    if not wish.about(shelf.shop):
        return
    known = shelf.withheld if wish.act is Act.ACCEPT else {**shelf.pinned, **shelf.withheld}
    connection, caller = shelf.shop
    for name in wish.names(known):
        withheld = shelf.withheld.get(name)
        state = f"withheld by {withheld.rule}" if withheld else "known"
        yield connection, caller.partition("\n")[2], name, state


def _listed(rows: Sequence[Sequence[str]], *, as_json: bool) -> int:
    if as_json:
        for row in rows:
            print(json.dumps(dict(zip(COLUMNS, row, strict=True))))
    else:
        print(as_table(Table(COLUMNS, rows)) if rows else "No pins are kept here.")
    return 0
