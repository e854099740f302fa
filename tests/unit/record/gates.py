"""A folder as a gate leaves it: a configuration, a spool of a few lives, keys, an anchor."""

import json
import os
import sqlite3
from pathlib import Path

from sidecar.record.anchors import FileAnchor
from sidecar.record.spool import Spool
from tests.unit.record.spooling import keys, part

CONFIG = "state: state\npolicies: [p.yaml]\ndevelopment: {identity: true}\n"


async def gate(folder: Path, lives: int = 2, each: int = 6, more: str = "") -> Path:
    """The configuration file."""
    state = folder / "state"
    for life in range(lives):
        anchor = FileAnchor(state / "anchor" / "checkpoints.jsonl")
        spool = Spool(state / "spool", keys(state), anchors=[anchor], checkpoint_events=5)
        for number in range(each):
            named = request()
            fact = {
                "exchange": f"x{life}-{number}",
                "session": f"s{number % 2}",
                "request": {"outline": next(reversed(named))},
            }
            await spool.record("decided", fact, named)
            await spool.record("answered", {"exchange": f"x{life}-{number}"})
        await spool.close()
    (folder / "p.yaml").write_text("policy: p\n")
    (folder / "gatehouse.yaml").write_text(CONFIG + more)
    return folder / "gatehouse.yaml"


def request() -> dict[str, bytes]:
    """As an exchange writes it down: a message in a list of them, one beside it, and the outline that names both."""
    first, second = part(os.urandom(8)), part(os.urandom(8))
    listed = part(b'[{"part":"%b"}]' % next(iter(first)).encode())
    forged = "f" * 64  # a field of the caller's own, that names nothing
    messages = [{"parts": next(iter(listed))}, {"part": next(iter(second))}]
    outline = part(json.dumps({"model": "m", "part": forged, "messages": messages}).encode())
    return {**first, **second, **listed, **outline}


def run(folder: Path, statement: str, *values: object) -> None:
    """An edit of the spool's file by somebody."""
    connection = sqlite3.connect(folder / "state" / "spool" / "spool.sqlite")
    connection.execute(statement, values)
    connection.commit()
    connection.close()
