"""Takes out of a record what goes into a bundle: the events asked for, what they name, and what proves them.

Rules:
- Of a chain that is not all there (delivered and freed, or expired) no root can be made: a part of it has no proof.
- What retention took is explained by the checkpoints that the anchors still have: they go with all of a record.
"""

from collections.abc import Iterable, Mapping

from sidecar.core.evidence.anchored import Anchored
from sidecar.core.evidence.checkpoint import Checkpoint, PublicKeys, checkpoint_of, verified
from sidecar.core.evidence.event import Event
from sidecar.core.evidence.inclusion import proofs
from sidecar.core.evidence.merkle import Tree
from sidecar.core.evidence.named import LISTS, mentioned, references
from sidecar.core.evidence.selection import Selection
from sidecar.record.bundle import Held
from sidecar.record.sources import Source


def gathered(
    source: Source,
    selection: Selection,
    keys: PublicKeys,
    asked: Mapping[str, str | None],
    anchors: Iterable[Anchored] = (),
) -> Held:
    """In memory: the events asked for, and 32 bytes for each other one of the record."""
    taken: list[Event] = []
    hashes: dict[str, list[bytes]] = {}
    holed = set(source.begins)
    stated: list[Checkpoint] = []
    for batch in source.events():
        for event in batch:
            before = hashes.setdefault(event.chain, [])
            before.append(event.hash)
            if event.seq != len(before):
                holed.add(event.chain)
            if event.kind == "checkpoint" and (one := _stated(event)) is not None:
                stated.append(one)
            if selection.takes(event):
                taken.append(event)
    whole = selection.everything and source.whole
    chains = {event.chain for event in taken}
    newest = {one.chain: one for one in stated if one.chain in chains}
    trees = {} if whole else {chain: Tree(hashes[chain]) for chain in newest if chain not in holed}
    kept = _with(stated, anchors, keys) if whole else [newest[chain] for chain in trees]
    covered = {chain: newest[chain].count for chain in trees}
    return Held(
        taken, [one.line for one in kept], keys, _parts(source, taken), proofs(taken, trees, covered), whole, asked
    )


def _with(stated: Iterable[Checkpoint], anchors: Iterable[Anchored], keys: PublicKeys) -> list[Checkpoint]:
    """Those of the record, and those of the anchors that it does not have any more."""
    found = {(one.chain, one.count): one for one in stated}
    for anchor in anchors:
        for one in anchor.checkpoints:
            if (one.chain, one.count) not in found and verified(one, keys):
                found[one.chain, one.count] = one
    return list(found.values())


def _parts(source: Source, events: Iterable[Event]) -> dict[str, bytes]:
    """Those named, and what lists among them name in turn."""
    asked = {name.decode(): key for event in events for key, name in mentioned(event.body)}
    held: dict[str, bytes] = {}
    while asked:
        found = source.fetch(frozenset(asked))
        held |= found
        further = {
            name: key
            for one, data in found.items()
            if asked[one] in LISTS
            for key, name in references(asked[one], data)
        }
        asked = {name: key for name, key in further.items() if name not in held}
    return dict(sorted(held.items()))


def _stated(event: Event) -> Checkpoint | None:
    try:
        return checkpoint_of(event.fact)
    except (ValueError, KeyError, TypeError):
        return None
