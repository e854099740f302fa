"""Small records in memory: a few lives of a gate, closed and anchored, with parts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sidecar.core.evidence.anchored import Anchored
from sidecar.core.evidence.checkpoint import Checkpoint, PublicKeys, checkpoint_of, key_id, signed
from sidecar.core.evidence.event import NOTHING_BEFORE, Event, event
from sidecar.core.evidence.merkle import Tree
from sidecar.core.evidence.verdict import Verdict
from sidecar.core.evidence.verify import Verify

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FORGER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
KEYS: PublicKeys = {key_id(PRIVATE.public_key()): PRIVATE.public_key()}


@dataclass(slots=True)
class History:
    """What is stored: events in their order, the anchor's checkpoints, parts by digest."""

    events: list[Event] = field(default_factory=list)
    anchor: list[Checkpoint] = field(default_factory=list)
    parts: dict[str, bytes] = field(default_factory=dict)

    def copy(self) -> "History":
        return History(list(self.events), list(self.anchor), dict(self.parts))

    def verdict(self, batch: int = 7, now: str = "") -> Verdict:
        verify = Verify(KEYS, absent=lambda names: names - self.parts.keys(), now=now)
        for start in range(0, len(self.events), batch):
            verify.feed(self.events[start : start + batch])
        for name, data in self.parts.items():
            verify.part(name, data)
        return verify.end([Anchored("elsewhere", self.anchor)])


def stamp(number: int) -> str:
    return f"2026-03-01T12:{number // 60:02}:{number % 60:02}.000000Z"


def history(lives: int = 3, each: int = 6, every: int = 3) -> History:
    """Each life hangs on the one before; every few events and at its end a checkpoint."""
    made, before = History(), None
    for life in range(lives):
        facts = [("chain_opened", {"before": before, "gate": "g", "version": "1"})]
        for number in range(each):
            data = f"text {life} {number}".encode()
            name = sha256(data).hexdigest()
            made.parts[name] = data
            fact = {"exchange": f"x{life}-{number}", "session": f"s{number % 2}", "request": {"part": name}}
            facts.append(("decided", fact))
        facts.append(("chain_closed", {}))
        chain = chained_of(f"gc_{life}", facts, every, PRIVATE)
        made.events += chain
        made.anchor += [one for e in chain if e.kind == "checkpoint" and (one := checkpoint_of(e.fact))]
        before = {"chain": chain[-1].chain, "seq": chain[-1].seq, "hash": chain[-1].hash.hex()}
    return made


def chained_of(
    chain: str, facts: Iterable[tuple[str, Mapping[str, object]]], every: int, private: Ed25519PrivateKey
) -> list[Event]:
    """Facts as a chain, a checkpoint after every few of them and after the last."""
    made: list[Event] = []
    listed = list(facts)
    for number, (kind, fact) in enumerate(listed, start=1):
        _add(made, chain, kind, fact)
        if number % every == 0 or number == len(listed):
            _add(made, chain, "checkpoint", stated(chain, made, private).fact)
    return made


def stated(chain: str, events: Sequence[Event], private: Ed25519PrivateKey) -> Checkpoint:
    root = Tree(event.hash for event in events).root()
    at = stamp(len(events) + 1)
    return signed(private, chain=chain, count=len(events), last_hash=events[-1].hash, root=root, at=at)


def _add(made: list[Event], chain: str, kind: str, fact: Mapping[str, object]) -> None:
    previous = made[-1].hash if made else NOTHING_BEFORE
    made.append(event(previous, chain, len(made) + 1, stamp(len(made) + 1), kind, fact))


def rehashed(events: Sequence[Event], start: int, fact: Mapping[str, object]) -> list[Event]:
    """One chain whose event at `start` says something else, and every hash from there on made anew."""
    made = list(events[:start])
    for number in range(start, len(events)):
        old = events[number]
        previous = made[-1].hash if made else NOTHING_BEFORE
        told = fact if number == start else old.fact
        made.append(event(previous, old.chain, old.seq, old.at, old.kind, told))
    return made
