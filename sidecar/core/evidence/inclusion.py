"""A part of the record, proved event by event: each stands under a Merkle root that was signed.

Rules:
- An event is proved by the newest checkpoint of its chain; one that no checkpoint covers yet is told as not signed.
- What was left out of a part cannot be seen from the part, but within a chain a number that is skipped can.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sidecar.core.evidence.anchored import Anchored
from sidecar.core.evidence.checkpoint import Checkpoint, PublicKeys
from sidecar.core.evidence.event import Event
from sidecar.core.evidence.expiry import NEVER
from sidecar.core.evidence.merkle import Tree, included
from sidecar.core.evidence.named import Absent, Fetch
from sidecar.core.evidence.verdict import Summary, Trouble, Verdict
from sidecar.core.evidence.verify import Verify


@dataclass(frozen=True, slots=True)
class Proof:
    """Under the root of the checkpoint over `count` events."""

    count: int
    path: tuple[bytes, ...]


def proofs(
    events: Iterable[Event], trees: Mapping[str, Tree], covered: Mapping[str, int]
) -> dict[tuple[str, int], Proof]:
    """For each event that the newest checkpoint of its chain covers."""
    return {
        (event.chain, event.seq): Proof(count, trees[event.chain].inclusion(event.seq - 1, count))
        for event in events
        if event.seq <= (count := covered.get(event.chain, 0))
    }


def proved(
    records: Sequence[tuple[Event, Proof | None]],
    checkpoints: Anchored,
    keys: PublicKeys,
    absent: Absent,
    fetch: Fetch,
    parts: Iterable[tuple[str, bytes | None]],
    now: str = NEVER,
) -> Verdict:
    """A verdict on a part."""
    verify = Verify(keys, whole=False, absent=absent, fetch=fetch, now=now)
    faults = verify.faults
    stated = {(one.chain, one.count): one for one in checkpoints.checkpoints}
    if checkpoints.unreadable:
        faults.add(Trouble.CHANGED, checkpoints.name, None, f"{checkpoints.unreadable} of its lines are no checkpoints")
    for one in stated.values():
        if verify.trust.signed(one, faults, one.count + 1, "the checkpoint"):
            verify.expiry.believe(one)
    chains: dict[str, list[Event]] = {}
    for event, proof in records:
        chains.setdefault(event.chain, []).append(event)
        verify.alone(event)
        _proved(event, proof, stated, verify)
    verify.missing_parts([event for event, _ in records])
    for digest, data in parts:
        verify.part(digest, data)
    covered = {chain: max((count for name, count in stated if name == chain), default=0) for chain in chains}
    ended = verify.end()
    return replace(ended, chains=tuple(_summary(events, covered[chain]) for chain, events in chains.items()))


def _proved(event: Event, proof: Proof | None, stated: Mapping[tuple[str, int], Checkpoint], verify: Verify) -> None:
    if proof is None:
        if any(chain == event.chain and count >= event.seq for chain, count in stated):
            verify.faults.add(Trouble.CHANGED, event.chain, event.seq, "its proof is not there")
        return
    over = stated.get((event.chain, proof.count))
    if over is None:
        said = f"the checkpoint over {proof.count} events, which should prove it, is not there"
        verify.faults.add(Trouble.MISSING, event.chain, event.seq, said)
    elif not included(event.hash, event.seq - 1, proof.count, proof.path, _root(over)):
        verify.faults.add(Trouble.REWRITTEN, event.chain, event.seq, "it is not the event that the checkpoint states")


def _root(stated: Checkpoint) -> bytes:
    try:
        return bytes.fromhex(stated.root)
    except ValueError:
        return b""


def _summary(events: Sequence[Event], covered: int) -> Summary:
    first, last = events[0], events[-1]
    return Summary(first.chain, first.seq, last.seq, last.hash, len(events), None, {}, covered)
