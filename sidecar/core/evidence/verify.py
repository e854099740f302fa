"""The whole record: every chain walked, then what chains, anchors and parts say of one another.

Strategy: events come in batches, in the order in which they are stored, chains mixed or one after the other; each chain
has its walk. Links and anchors are checked at the end, on what the walks left: memory grows with chains and
checkpoints, not with events.

Rules:
- An anchor may lag: a checkpoint newer than the last it has of that chain is not held against it.
- Nothing can be said of the events after the newest checkpoint, but that they fit; the verdict counts them.
- What is gone because its time was over is told apart from what is missing: signed checkpoints say how long that is.
"""

from collections.abc import Iterable, Mapping, Sequence

from sidecar.core.evidence.anchored import Anchored, against
from sidecar.core.evidence.checkpoint import Checkpoint, PublicKeys
from sidecar.core.evidence.event import Event
from sidecar.core.evidence.expiry import NEVER, Expiry
from sidecar.core.evidence.named import Absent, Fetch, Parts
from sidecar.core.evidence.rows import Rows
from sidecar.core.evidence.trust import Trust
from sidecar.core.evidence.verdict import Faults, Summary, Tail, Trouble, Verdict
from sidecar.core.evidence.walk import Walk


class Verify:
    """`begins`: chains whose beginning was delivered elsewhere. `whole`: every chain there is will be fed.

    `now`: RFC 3339 in UTC; without it only what checkpoints say of their own time counts as expired.
    """

    def __init__(
        self,
        keys: PublicKeys,
        *,
        begins: Mapping[str, int] | None = None,
        whole: bool = True,
        absent: Absent | None = None,
        fetch: Fetch = lambda _: {},
        now: str = NEVER,
    ) -> None:
        self.faults = Faults()
        self.trust = Trust(keys)
        self.expiry = Expiry(now)
        self._begins = begins or {}
        self._whole = whole
        self._parts = Parts(absent, self.faults, fetch)
        self._walks: dict[str, Walk] = {}
        self.missing_parts, self.part = self._parts.see, self._parts.stored

    def feed(self, events: Sequence[Event]) -> None:
        rows = Rows.of(events)
        for run in rows.runs():
            chain = run.chains[0]
            walk = self._walks.get(chain)
            if walk is None:
                begins = self._begins.get(chain, 1)
                walk = self._walks[chain] = Walk(chain, self.trust, self.faults, begins, self.expiry.believe)
            walk.stretch(run)
        self.missing_parts(rows)

    def alone(self, event: Event) -> None:
        """An event without its neighbours: only that it is what it says."""
        walk = Walk(event.chain, self.trust, self.faults, event.seq)
        walk.content(event)

    def end(self, anchors: Iterable[Anchored] = ()) -> Verdict:
        faults, expiry = self.faults, self.expiry
        for walk in self._walks.values():
            if walk.link is not None:
                expiry.ended(walk.link.chain, walk.link.seq, walk.link.at)
        asked = [anchor for anchor in anchors if self._whole or self._about_these(anchor)]
        kept = [(anchor, self._signed(anchor)) for anchor in asked]
        for stated in self.trust.settle(faults):
            expiry.believe(stated)
        expiry.settle()
        self._parts.settle(expiry)
        chains = {name: walk.end(expiry) for name, walk in self._walks.items()}
        for chain in chains.values():
            if chain.before is not None:
                self._link(chain, chain.before, chains.get(chain.before.chain))
        for anchor, there in kept:
            against(anchor, [one for one in there if self.trust.knows(one.key)], chains, expiry, faults)
        events, texts = expiry.told()
        return Verdict(
            faults.integrity,
            faults.completeness,
            tuple(faults.found),
            faults.left_out,
            tuple(chains.values()),
            tuple(faults.gaps.values()),
            events,
            texts,
        )

    def _about_these(self, anchor: Anchored) -> bool:
        return bool(anchor.unreadable) or any(one.chain in self._walks for one in anchor.checkpoints)

    def _signed(self, anchor: Anchored) -> list[Checkpoint]:
        """Those of an anchor's checkpoints that are signed as they stand there, or may yet turn out to be."""
        good: list[Checkpoint] = []
        for stated in anchor.checkpoints:
            ours = self._whole or stated.chain in self._walks
            # Of other chains only their word about retention counts here: what is wrong with them is not asked.
            told = self.faults if ours else Faults()
            holds = self.trust.signed(stated, told, stated.count + 1, f"a line of anchor {anchor.name}")
            if holds:
                self.expiry.believe(stated)
            if ours and holds is not False:
                good.append(stated)
        return good

    def _link(self, chain: Summary, before: Tail, old: Summary | None) -> None:
        add, expiry = self.faults.add, self.expiry
        if old is None:
            # What was delivered and freed before the first chain here is looked for where it was delivered to.
            if self._whole and chain.chain not in self._begins:
                if expiry.old(before.at):
                    expiry.lost(before.chain, before.seq)
                else:
                    add(Trouble.LINK_BROKEN, before.chain, None, f"the chain before {chain.chain} is not there")
        elif old.last < before.seq:
            if not expiry.tail(before.chain, old.last, before.seq):
                said = f"it ends here, and went on to event {before.seq} when {chain.chain} began"
                add(Trouble.TRUNCATED, before.chain, old.last, said)
        elif old.last > before.seq:
            said = f"its chain ended with event {before.seq} when {chain.chain} began"
            add(Trouble.INSERTED, before.chain, before.seq + 1, said)
        elif old.last_hash.hex() != before.hash:
            add(Trouble.REWRITTEN, before.chain, before.seq, f"{chain.chain} began after another event than this")
