"""One chain, event by event, in the order in which it is stored: what does not fit is named.

Strategy: an event that fits costs two hashes and a comparison of its body's two ends with its columns; only one that
does not is looked at closely. What is kept is the right edge of the Merkle tree, the gaps, and the checkpoints.

Rules:
- An event that was named is not held against its neighbours: after it any link is taken, and no root is compared.
- An event that fits by itself and hangs on another predecessor than the stored one shows that the predecessor was
  rewritten together with its hash.
- Where events are not there (delivered and freed, or expired), roots cannot be made again: links, signatures and the
  last hash that a checkpoint states are checked, and hold all that stands between.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256

from sidecar.core.evidence import gaps
from sidecar.core.evidence.checkpoint import Checkpoint, checkpoint_of
from sidecar.core.evidence.event import NOTHING_BEFORE, Event, canonical
from sidecar.core.evidence.expiry import Expiry
from sidecar.core.evidence.merkle import Frontier
from sidecar.core.evidence.rows import Rows, smooth
from sidecar.core.evidence.trust import Trust
from sidecar.core.evidence.verdict import Faults, Summary, Tail, Trouble

READ = frozenset(("checkpoint", "chain_opened", "chain_closed", "key_rotated", *gaps.KINDS))
# What the end of a chain brings about, and so comes after it, the checkpoint last.
AFTER_THE_END = frozenset(("key_rotated", "checkpoint"))
COLUMNS = ("chain", "seq", "at", "kind")


class Walk:
    """`begins` is the number of the first event that must be there. `believe` gets what is signed as it stands."""

    def __init__(
        self,
        chain: str,
        trust: Trust,
        faults: Faults,
        begins: int = 1,
        believe: Callable[[Checkpoint], None] = lambda _: None,
    ) -> None:
        self._chain, self._trust, self._faults, self._believe = chain, trust, faults, believe
        self._begins = self._next = begins
        # The hashes that the next event may hang on; nothing: any.
        self._before: tuple[bytes, ...] | None = (NOTHING_BEFORE,) if begins == 1 else None
        self._hash = NOTHING_BEFORE
        self._tree = Frontier()
        self._sound = begins == 1
        self._linked = True
        # From, to, and the time of the event that stands after them.
        self._gaps: list[tuple[int, int, str]] = []
        self._link: Tail | None = None
        self._anchors: frozenset[str] | None = None
        self._stated: dict[int, bytes] = {}
        self._covered = self._events = 0
        self._closing = self._over = False
        self._middle = canonical({"chain": chain})[1:-1] + b',"fact":'
        self._ends: dict[str, bytes] = {}

    def stretch(self, rows: Rows) -> None:
        """Events of this chain in a row, as `feed` would take them: those that fit cost a third."""
        start = 0
        read = (place for place, kind in enumerate(rows.kinds) if kind in READ)
        for place in (*read, len(rows)):
            if start < place and not self._smooth(rows[start:place]):
                self.feed(rows[start:place])
            self.feed(rows[place : place + 1])
            start = place + 1

    def _smooth(self, rows: Rows) -> bool:
        made = None if self._closing or self._before is None else smooth(rows, self._next, self._before)
        if made is None:
            return False
        self._before, self._hash = (made[-1],), made[-1]
        self._next += len(made)
        self._events += len(made)
        if self._sound:
            self._tree.extend(made)
        return True

    def feed(self, events: Iterable[Event]) -> None:
        for event in events:
            self._events += 1
            made = sha256(event.previous + event.body).digest()
            fits = made == event.hash and event.seq == self._next and self._agrees(event)
            if fits and self._before is not None and event.previous in self._before:
                self._before = (made,)
            elif not self._odd(event, made):
                continue
            if self._closing:
                self._ends_with(event)
            if event.kind in READ:
                self._read(event)
            self._next, self._hash = event.seq + 1, event.hash
            if self._sound:
                self._tree.append(made)

    @property
    def link(self) -> Tail | None:
        """The end of the chain before, as this one's first event has it."""
        return self._link

    def end(self, expiry: Expiry | None = None) -> Summary:
        for first, last, at in sorted(self._gaps):
            self._missing(first, last, at, expiry)
        return Summary(
            self._chain,
            self._begins,
            self._next - 1,
            self._hash,
            self._events,
            self._link,
            self._stated,
            self._covered,
            tuple((first, last) for first, last, _ in self._gaps),
            self._anchors,
        )

    def _missing(self, first: int, last: int, at: str, expiry: Expiry | None) -> None:
        """What a signed checkpoint allows to be gone is told apart from what is missing."""
        if expiry is not None:
            upto = last if self._linked and expiry.old(at) else min(last, expiry.upto(self._chain))
            expiry.gone += max(0, upto - first + 1)
            first = max(first, upto + 1)
        if first <= last:
            which = f"event {first} is" if first == last else f"events {first} to {last} are"
            self._fault(Trouble.MISSING, first, f"{which} not there")

    # --- what does not fit ----------------------------------------------------------------------------------------

    def _odd(self, event: Event, made: bytes) -> bool:
        """Name it. Whether the chain goes on from here."""
        content = self.content(event, made)
        if event.seq < self._next:
            self._again(event)
            return False
        if event.seq > self._next:
            self._gaps.append((self._next, event.seq - 1, event.at))
            self._sound = False
        elif not content and self._before is not None and event.previous not in self._before:
            self._rewritten(event)
        if content:
            self._sound = self._linked = False
        self._before = None if content else (made,)
        return True

    def content(self, event: Event, made: bytes | None = None) -> bool:
        """Name what is wrong with it by itself. Whether anything is."""
        said = self._content(event, made or sha256(event.previous + event.body).digest())
        if said:
            self._fault(Trouble.CHANGED, event.seq, said)
        return bool(said)

    def _content(self, event: Event, made: bytes) -> str:
        if made != event.hash:
            if any(sha256(before + event.body).digest() == event.hash for before in self._before or ()):
                return "its column `previous` is not what was hashed"
            return "its content and its hash do not belong together"
        if self._agrees(event):
            return ""
        try:
            body = json.loads(event.body)
            wrong = [name for name in COLUMNS if body[name] != getattr(event, name)]
        except (ValueError, KeyError, TypeError):
            return "its body is not what an event is"
        named = " and ".join(f"`{name}`" for name in wrong)
        return f"its column {named} says something else than its body" if wrong else "its body is not canonical"

    def _again(self, event: Event) -> None:
        gap = next((gap for gap in self._gaps if gap[0] <= event.seq <= gap[1]), None)
        if gap is not None:
            self._gaps.remove(gap)
            rest = ((gap[0], event.seq - 1, event.at), (event.seq + 1, gap[1], gap[2]))
            self._gaps += [one for one in rest if one[0] <= one[1]]
            self._fault(Trouble.REORDERED, event.seq, f"it stands after event {self._next - 1}")
        elif event.hash == self._hash:
            self._fault(Trouble.DUPLICATED, event.seq, "it is there twice")
        elif event.seq < self._begins:
            self._fault(Trouble.INSERTED, event.seq, "it stands before the first event")
        else:
            self._fault(Trouble.INSERTED, event.seq, "a second event has this number")

    def _rewritten(self, event: Event) -> None:
        self._sound = self._linked = False
        if event.seq == 1:
            self._fault(Trouble.REWRITTEN, 1, "the first event of a chain hangs on nothing, and this one does")
        else:
            said = f"event {event.seq} was written after another event {event.seq - 1} than this"
            self._fault(Trouble.REWRITTEN, event.seq - 1, said)

    def _ends_with(self, event: Event) -> None:
        """A closed chain ends with a checkpoint: what follows was signed by nobody and hangs on nothing."""
        if self._over or event.kind not in AFTER_THE_END:
            self._fault(Trouble.INSERTED, event.seq, "its chain was closed before")
        self._over = self._over or event.kind == "checkpoint"

    def _agrees(self, event: Event) -> bool:
        """Whether columns and body say the same: the names of a body stand in a fixed order, the fact in the middle."""
        ends = self._ends.get(event.kind)
        if ends is None:
            ends = self._ends[event.kind] = b"," + canonical({"kind": event.kind})[1:-1] + b',"seq":'
        head = b'{"at":"' + event.at.encode(errors="replace") + b'",' + self._middle
        return event.body.startswith(head) and event.body.endswith(b"%b%d}" % (ends, event.seq))

    # --- what is read ---------------------------------------------------------------------------------------------

    def _read(self, event: Event) -> None:
        try:
            fact = json.loads(event.body)["fact"]
        except (ValueError, KeyError, TypeError):
            return  # named already: its hash holds, so that is how it was written, or it was changed
        if not isinstance(fact, dict):
            return
        if event.kind == "chain_closed":
            self._closing = True
        elif event.kind == "chain_opened":
            self._opened(fact, event.at)
        elif event.kind == "key_rotated":
            self._trust.see(fact)
        elif event.kind in gaps.KINDS:
            self._faults.passed(gaps.gap_of(fact))
        else:
            self._checkpoint(event, checkpoint_of(fact))

    def _opened(self, fact: Mapping[str, object], at: str) -> None:
        self._link = tail_of(fact.get("before"), at)
        anchors, pledges = fact.get("anchors"), fact.get("pledges")
        if isinstance(anchors, list):
            self._anchors = frozenset(map(str, anchors))
        for pledge in pledges if isinstance(pledges, list) else ():
            if isinstance(pledge, dict):
                self._trust.see(pledge)

    def _checkpoint(self, event: Event, stated: Checkpoint | None) -> None:
        if stated is None:
            self._fault(Trouble.CHANGED, event.seq, "it is no checkpoint by its shape")
            return
        if event.at != stated.at or b'"fact":' + stated.line not in event.body:
            # The newest one is under no other signature than its own: nothing around that may be free to change.
            self._fault(Trouble.CHANGED, event.seq, "what stands around the checkpoint is not what was signed")
        self._stated[stated.count] = stated.line
        if self._trust.signed(stated, self._faults, event.seq, "the checkpoint"):
            self._believe(stated)
        about = (stated.chain, stated.count, stated.first, stated.last)
        if about != (self._chain, event.seq - 1, 1, event.seq - 1):
            self._fault(Trouble.REWRITTEN, event.seq, "the checkpoint is about other events than those before it")
        elif self._linked and self._differs(stated, event.previous):
            self._fault(Trouble.REWRITTEN, event.seq, "the events before it are not those that the checkpoint states")
        else:
            self._covered = stated.count

    def _differs(self, stated: Checkpoint, previous: bytes) -> bool:
        """From the event that it hangs on; where all of them are there, also from their root."""
        return stated.last_hash != previous.hex() or (self._sound and stated.root != self._tree.root().hex())

    def _fault(self, trouble: Trouble, seq: int, message: str) -> None:
        self._faults.add(trouble, self._chain, seq, message)


def tail_of(before: object, opened: str = "") -> Tail | None:
    """`opened`: the time of the event that says it, which is no earlier than what it says."""
    match before:
        case {"chain": str(chain), "seq": int(seq), "hash": str(digest), **rest}:
            at = rest.get("at", opened)
            return Tail(chain, seq, digest, at if isinstance(at, str) else opened)
    return None
