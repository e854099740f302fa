"""Events that were set aside, brought to the database once more: after an upgrade, or when somebody asks for it.

Rules:
- What is in the database is struck off the list, and what is refused again stays on it, with the newest reason.
- One at a time: the gate does so when it starts, and a person may at the same moment.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clickhouse_connect.driver.client import Client

from sidecar.core.evidence.event import Event
from sidecar.record.clickhouse import set_aside
from sidecar.record.clickhouse.delivery import AllRefused, Delivery
from sidecar.record.clickhouse.place import Place

AT_ONCE = 1_000
LOCK = "set_aside.lock"


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one event: nothing is the matter, or why it is refused."""

    event: Event
    why: str | None


def again(folder: Path, client: Client, place: Place) -> list[Tried]:
    """Raises `Trouble` if the database is not there; then the list is as it was."""
    tried: list[Tried] = []
    if not set_aside.any_kept(folder):
        return tried
    with _alone(folder):
        events = [event for event, _ in set_aside.kept(folder)]
        for start in range(0, len(events), AT_ONCE):
            tried += _some(folder, client, place, events[start : start + AT_ONCE])
    return tried


def _some(folder: Path, client: Client, place: Place, events: list[Event]) -> list[Tried]:
    refused: dict[tuple[str, int], str] = {}

    def stays(event: Event, why: str) -> None:
        refused[event.chain, event.seq] = why
        set_aside.put(folder, event, why)

    try:
        Delivery(client, place, stays).deliver(events, [], True)
    except AllRefused as why:
        refused = {(event.chain, event.seq): str(why) for event in events}
    tried = [Tried(event, refused.get((event.chain, event.seq))) for event in events]
    set_aside.strike(folder, [one.event for one in tried if one.why is None])
    return tried


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Waits for whoever is at it. The kernel frees the lock when a process ends, however it ends."""
    file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
