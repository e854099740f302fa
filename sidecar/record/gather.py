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
from sidecar.core.evidence.named import GROUP, NAMED
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
    """Those named, and those that a list of them names in turn."""
    direct, groups = named(event.body for event in events)
    held = {name: data for name, data in source.parts() if data is not None}
    inner, _ = named(held[name] for name in groups & held.keys())
    return {name: held[name] for name in sorted((direct | inner) & held.keys())}


def named(texts: Iterable[bytes]) -> tuple[set[str], set[str]]:
    """The parts that facts or lists name, and those of them that are lists."""
    found = [(key, name.decode()) for text in texts for key, name in NAMED.findall(text)]
    return {name for _, name in found}, {name for key, name in found if key == GROUP}


def _stated(event: Event) -> Checkpoint | None:
    try:
        return checkpoint_of(event.fact)
    except (ValueError, KeyError, TypeError):
        return None
