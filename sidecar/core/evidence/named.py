"""The parts that facts name: each has to be there, and to be what its name says.

Strategy: names are asked for in batches as events go by. Whether one that is absent may be absent is known only at the
end, when it is known for how long texts are kept: until then the newest absences are held, and the others counted.

Rules:
- A part is named in a fact by `part`, `parts` (a list of others) or `timing`. A text cannot forge
  that: its quotes are escaped.
- What an old event and a recent one name is as recent as the recent one.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from heapq import heappush, heappushpop

from sidecar.core.evidence.event import Event
from sidecar.core.evidence.expiry import Expiry
from sidecar.core.evidence.rows import Rows
from sidecar.core.evidence.verdict import MOST_FAULTS, Faults, Trouble

NAMED = re.compile(rb'"(parts?|timing)": ?"([0-9a-f]{64})"')
MARKS = (b"part", b"timing")
GROUP = b"parts"  # names a part that is a list of others; what any other part holds is somebody's text
# Which of these parts are not there.
Absent = Callable[[frozenset[str]], Iterable[str]]
MOST_KNOWN, MOST_ASKED = 1 << 18, 2_000
# The time of the newest event that names it, its chain and number (none for what a list names), the name.
Lost = tuple[str, str, int, str]
OF_A_LIST = 0


def mentioned(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What `NAMED` finds: looking for a word first takes a tenth of the time, and half of that without its quotes."""
    for mark in MARKS:
        place = text.find(mark)
        while place >= 0:
            if place and (found := NAMED.match(text, place - 1)):
                yield found[1], found[2]
            place = text.find(mark, place + 1)


class Parts:
    """`see` every event, then `stored` every part, then `settle`."""

    def __init__(self, absent: Absent | None, faults: Faults) -> None:
        self._absent = absent
        self._faults = faults
        self._known: set[str] = set()
        self._lists: dict[str, str] = {}
        self._of_lists: dict[str, Lost] = {}
        self._lost: list[Lost] = []
        self._counted: set[int] = set()

    def see(self, events: Sequence[Event]) -> None:
        if self._absent is None:
            return
        newest: dict[str, Lost] = {}
        rows = Rows.of(events)
        for at, chain, seq, body in zip(rows.ats, rows.chains, rows.seqs, rows.bodies, strict=True):
            for key, raw in mentioned(body):
                name = raw.decode()
                newest[name] = max(newest.get(name, ("", "", 0, "")), (at, chain, seq, name))
                if key == GROUP:
                    self._lists[name] = max(at, self._lists.get(name, ""))
        self._ask(newest)

    def stored(self, digest: str, data: bytes | None) -> None:
        """After all events: its name is what its bytes give."""
        if data is None or sha256(data).hexdigest() != digest:
            said = "its bytes are not those that it is named after"
            self._faults.add(Trouble.PART_CHANGED, digest, None, said)
        elif digest in self._lists:
            for _, raw in NAMED.findall(data):
                name, lost = raw.decode(), (self._lists[digest], digest, OF_A_LIST, raw.decode())
                self._of_lists[name] = max(lost, self._of_lists.get(name, lost))
            if len(self._of_lists) >= MOST_ASKED:
                self._ask_for_lists()

    def settle(self, expiry: Expiry) -> None:
        self._ask_for_lists()
        told = set[str]()
        for at, place, seq, name in sorted(self._lost, reverse=True):
            if expiry.old_text(at):
                break
            if name not in told:
                told.add(name)
                self._fault(place, seq, name)
        expiry.parts_gone += len(self._counted) - len(told)

    def _fault(self, place: str, seq: int, name: str) -> None:
        if seq == OF_A_LIST:
            self._faults.add(Trouble.PART_MISSING, place, None, f"part {name}, which it names, is not there")
        else:
            self._faults.add(Trouble.PART_MISSING, place, seq, f"its part {name} is not there")

    def _ask_for_lists(self) -> None:
        asked, self._of_lists = self._of_lists, {}
        self._ask(asked)

    def _ask(self, named: dict[str, Lost]) -> None:
        fresh = frozenset(named.keys() - self._known)
        absent = set(self._absent(fresh)) if self._absent is not None and fresh else set()
        for name in absent:
            self._counted.add(int(name[:15], 16))
            # The newest are those that may not be absent.
            if len(self._lost) < 2 * MOST_FAULTS:
                heappush(self._lost, named[name])
            else:
                heappushpop(self._lost, named[name])
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        # What is absent is asked for again: a more recent event may name it.
        self._known |= fresh - absent
