"""The whole record: every chain walked, then what chains, anchors and parts say of one another.

Strategy: events come in batches, in the order in which they are stored, chains mixed or one after the other; each chain
has its walk. Links and anchors are checked at the end, on what the walks left: memory grows with chains and
checkpoints, not with events.

Rules:
- An anchor may lag: a checkpoint newer than the last it has of that chain is not held against it.
- Nothing can be said of the events after the newest checkpoint, but that they fit; the verdict counts them.
- A part is named in a fact by `part`, `parts` (a list of others) or `timing`. A text cannot forge
  that: its quotes are escaped.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from operator import attrgetter

from sidecar.core.evidence.checkpoint import Checkpoint, PublicKeys
from sidecar.core.evidence.event import Event
from sidecar.core.evidence.verdict import Faults, Summary, Tail, Trouble, Verdict
from sidecar.core.evidence.walk import Walk, signed

NAMED = re.compile(rb'"(parts?|timing)": ?"([0-9a-f]{64})"')
GROUP = b"parts"  # names a part that is a list of others; what any other part holds is somebody's text
_chain = attrgetter("chain")
# Which of these parts are not there.
Absent = Callable[[frozenset[str]], Iterable[str]]
MOST_KNOWN, MOST_ASKED = 1 << 18, 2_000


@dataclass(frozen=True, slots=True)
class Anchored:
    """What one anchor keeps. `unreadable`: lines of it that are no checkpoint, where each should be one."""

    name: str
    checkpoints: Sequence[Checkpoint]
    unreadable: int = 0


class Verify:
    """`begins`: chains whose beginning was delivered elsewhere. `whole`: every chain there is will be fed."""

    def __init__(
        self,
        keys: PublicKeys,
        *,
        begins: Mapping[str, int] | None = None,
        whole: bool = True,
        absent: Absent | None = None,
    ) -> None:
        self._keys = keys
        self._begins = begins or {}
        self._whole = whole
        self._absent = absent
        self._known: set[str] = set()
        self._groups: set[str] = set()
        self._named: dict[str, str] = {}
        self._walks: dict[str, Walk] = {}
        self.faults = Faults()

    def feed(self, events: Sequence[Event]) -> None:
        for chain, run in groupby(events, _chain):
            walk = self._walks.get(chain)
            if walk is None:
                walk = self._walks[chain] = Walk(chain, self._keys, self.faults, self._begins.get(chain, 1))
            walk.feed(run)
        self.missing_parts(events)

    def alone(self, event: Event) -> None:
        """An event without its neighbours: only that it is what it says."""
        walk = Walk(event.chain, self._keys, self.faults, event.seq)
        walk.content(event)

    def missing_parts(self, events: Sequence[Event]) -> None:
        if self._absent is not None:
            self._parts(events, self._absent)

    def part(self, digest: str, data: bytes | None) -> None:
        """A stored part, after all events: its name is what its bytes give."""
        if data is None or sha256(data).hexdigest() != digest:
            self.faults.add(Trouble.PART_CHANGED, digest, None, "its bytes are not those that it is named after")
        elif digest in self._groups:
            self._named |= {name.decode(): digest for _, name in NAMED.findall(data)}
            if len(self._named) >= MOST_ASKED:
                self._of_groups()

    def end(self, anchors: Iterable[Anchored] = ()) -> Verdict:
        self._of_groups()
        chains = {name: walk.end() for name, walk in self._walks.items()}
        for chain in chains.values():
            if chain.before is not None:
                self._link(chain, chain.before, chains.get(chain.before.chain))
        for anchor in anchors:
            self._anchor(anchor, chains)
        faults = self.faults
        return Verdict(
            faults.integrity,
            faults.completeness,
            tuple(faults.found),
            faults.left_out,
            tuple(chains.values()),
            tuple(faults.gaps.values()),
        )

    def _parts(self, events: Sequence[Event], absent: Absent) -> None:
        first: dict[str, Event] = {}
        for event in events:
            if b'"part' in event.body or b'"timing"' in event.body:
                for key, name in NAMED.findall(event.body):
                    first.setdefault(name.decode(), event)
                    if key == GROUP:
                        self._groups.add(name.decode())
        for name in absent(frozenset(first.keys() - self._known)):
            event = first[name]
            self.faults.add(Trouble.PART_MISSING, event.chain, event.seq, f"its part {name} is not there")
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        self._known |= first.keys()

    def _of_groups(self) -> None:
        named, self._named = self._named, {}
        for name in self._absent(frozenset(named.keys() - self._known)) if self._absent is not None else ():
            self.faults.add(Trouble.PART_MISSING, named[name], None, f"part {name}, which it names, is not there")

    def _link(self, chain: Summary, before: Tail, old: Summary | None) -> None:
        add = self.faults.add
        if old is None:
            # What was delivered and freed before the first chain here is looked for where it was delivered to.
            if self._whole and chain.chain not in self._begins:
                add(Trouble.LINK_BROKEN, before.chain, None, f"the chain before {chain.chain} is not there")
        elif old.last < before.seq:
            said = f"it ends here, and went on to event {before.seq} when {chain.chain} began"
            add(Trouble.TRUNCATED, before.chain, old.last, said)
        elif old.last > before.seq:
            said = f"its chain ended with event {before.seq} when {chain.chain} began"
            add(Trouble.INSERTED, before.chain, before.seq + 1, said)
        elif old.last_hash.hex() != before.hash:
            add(Trouble.REWRITTEN, before.chain, before.seq, f"{chain.chain} began after another event than this")

    def _anchor(self, anchor: Anchored, chains: Mapping[str, Summary]) -> None:
        kept: dict[str, set[int]] = {}
        if anchor.unreadable:
            said = f"{anchor.unreadable} of its lines are no checkpoints"
            self.faults.add(Trouble.CHANGED, anchor.name, None, said)
        for stated in anchor.checkpoints:
            if not self._whole and stated.chain not in chains:
                continue
            if signed(stated, self._keys, self.faults, stated.count + 1, f"a line of anchor {anchor.name}"):
                kept.setdefault(stated.chain, set()).add(stated.count)
                self._compare(anchor.name, stated, chains.get(stated.chain))
        for name, counts in kept.items():
            stated_here = chains[name].checkpoints if name in chains else {}
            for count in sorted(count for count in stated_here if count < max(counts) and count not in counts):
                said = f"the checkpoint over {count} events is not in anchor {anchor.name}"
                self.faults.add(Trouble.NOT_ANCHORED, name, count + 1, said)

    def _compare(self, anchor: str, stated: Checkpoint, chain: Summary | None) -> None:
        """The event that the checkpoint is has the next number."""
        add, seq = self.faults.add, stated.count + 1
        if chain is None:
            add(Trouble.MISSING, stated.chain, None, f"the whole chain is not there; anchor {anchor} has checkpoints")
        elif chain.last < seq:
            add(Trouble.TRUNCATED, stated.chain, chain.last, f"it ends here; anchor {anchor} knows of event {seq}")
        elif seq >= chain.first and chain.checkpoints.get(stated.count) != stated.line:
            add(Trouble.REWRITTEN, stated.chain, seq, f"it is not the checkpoint that anchor {anchor} keeps")
