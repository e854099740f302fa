"""The record held against what an anchor keeps of it.

Rules:
- An anchor may lag: a checkpoint newer than the last it has of that chain is not held against it, unless it has some of
  the chain that came after.
- One that was switched on in the middle has the rest: where a chain's first event does not name it among its anchors,
  nothing is asked of it before its first checkpoint.
- What is gone because its time was over is not missing, and no anchor has to forget it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidecar.core.evidence.checkpoint import Checkpoint
from sidecar.core.evidence.expiry import Expiry
from sidecar.core.evidence.verdict import Faults, Summary, Trouble


@dataclass(frozen=True, slots=True)
class Anchored:
    """What one anchor keeps. `unreadable`: lines of it that are no checkpoint, where each should be one.

    `named`: the name is the one that the gate gave it, so that its chains say whether they had it. `partial`: it drops
    its oldest lines.
    """

    name: str
    checkpoints: Sequence[Checkpoint]
    unreadable: int = 0
    named: bool = False
    partial: bool = False


def against(
    anchor: Anchored, kept: Sequence[Checkpoint], chains: Mapping[str, Summary], expiry: Expiry, faults: Faults
) -> None:
    """`kept`: those of its checkpoints whose signatures hold."""
    if anchor.unreadable:
        faults.add(Trouble.CHANGED, anchor.name, None, f"{anchor.unreadable} of its lines are no checkpoints")
    there: dict[str, set[int]] = {}
    for stated in kept:
        there.setdefault(stated.chain, set()).add(stated.count)
    for name in there.keys() - chains.keys():
        _gone(anchor, name, [one for one in kept if one.chain == name], expiry, faults)
    for stated in kept:
        if stated.chain in chains:
            _compare(anchor, stated, chains[stated.chain], expiry, faults)
    followed = {chain.before.chain for chain in chains.values() if chain.before is not None and chain.chain in there}
    for name, chain in chains.items():
        for count in _lacking(anchor, chain, there.get(name, set()), name in followed):
            said = f"the checkpoint over {count} events is not in anchor {anchor.name}"
            faults.add(Trouble.NOT_ANCHORED, name, count + 1, said)


def _gone(anchor: Anchored, chain: str, kept: Sequence[Checkpoint], expiry: Expiry, faults: Faults) -> None:
    """Nothing of the chain is here."""
    known = max(one.count for one in kept) + 1
    if expiry.upto(chain) >= known:
        expiry.lost(chain)
    else:
        said = f"the whole chain is not there; anchor {anchor.name} has checkpoints"
        faults.add(Trouble.MISSING, chain, None, said)


def _compare(anchor: Anchored, stated: Checkpoint, chain: Summary, expiry: Expiry, faults: Faults) -> None:
    """The event that the checkpoint is has the next number."""
    seq = stated.count + 1
    if chain.last < seq:
        if not expiry.tail(stated.chain, chain.last, seq):
            said = f"it ends here; anchor {anchor.name} knows of event {seq}"
            faults.add(Trouble.TRUNCATED, stated.chain, chain.last, said)
    elif seq >= chain.first and not chain.lacks(seq) and chain.checkpoints.get(stated.count) != stated.line:
        said = f"it is not the checkpoint that anchor {anchor.name} keeps"
        faults.add(Trouble.REWRITTEN, stated.chain, seq, said)


def _lacking(anchor: Anchored, chain: Summary, there: set[int], followed: bool) -> list[int]:
    """The checkpoints of a chain that the anchor should have, and has not."""
    # What the first event would say is not known where it is gone.
    stated = anchor.named and (chain.anchors is not None or chain.lacks(1) or chain.first > 1)
    listed = chain.anchors is not None and anchor.name in chain.anchors
    had = not anchor.partial and (listed or not stated)
    if not there and not (anchor.named and listed and followed):
        return []
    newest = max(chain.checkpoints, default=0) + 1 if anchor.named and listed and followed else max(there)
    oldest = 0 if had else min(there)
    return sorted(count for count in chain.checkpoints if oldest < count < newest and count not in there)
