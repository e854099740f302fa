"""A record that is kept for so many days, some of it older: an event an hour, a checkpoint every few."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sidecar.core.evidence.checkpoint import Keeping, checkpoint_of, signed
from sidecar.core.evidence.event import NOTHING_BEFORE, Event, event
from sidecar.core.evidence.merkle import Tree
from tests.unit.core.evidence.histories import PRIVATE, History

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
EVERY = 3


def at(hour: int) -> str:
    return (FIRST + timedelta(hours=hour)).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def life(
    name: str,
    start: int,
    hours: int,
    before: Sequence[Event],
    keeping: Keeping,
    closed: bool = True,
    private: Ed25519PrivateKey = PRIVATE,
) -> list[Event]:
    """One that was killed (`closed` is false) ends after an event that no checkpoint covers."""
    made: list[Event] = []
    last = before[-1] if before else None
    tail = {"chain": last.chain, "seq": last.seq, "hash": last.hash.hex(), "at": last.at} if last else None

    def add(hour: int, kind: str, fact: object) -> None:
        previous = made[-1].hash if made else NOTHING_BEFORE
        made.append(event(previous, name, len(made) + 1, at(hour), kind, fact))  # type: ignore[arg-type]

    for hour in range(start, start + hours):
        add(hour, "decided" if made else "chain_opened", {"exchange": f"x{hour}"} if made else {"before": tail})
        covered = sum(1 for one in made if one.kind == "checkpoint")
        end = hour == start + hours - 1
        if (end and closed) or (not end and (len(made) - covered) % EVERY == 0):
            root = Tree(one.hash for one in made).root()
            stated = signed(
                private, chain=name, count=len(made), last_hash=made[-1].hash, root=root, at=at(hour), keeping=keeping
            )
            add(hour, "checkpoint", stated.fact)
    return made


def kept(days: int | None = 2, lives: int = 4, hours: int = 40, closed: bool = True) -> History:
    """Whole, as it was before anything expired."""
    record, made = History(), list[Event]()
    for number in range(lives):
        made = life(f"gc_{number}", number * hours, hours, made, Keeping(days, None), closed)
        record.events += made
    record.anchor = [one for e in record.events if e.kind == "checkpoint" and (one := checkpoint_of(e.fact))]
    return record
