"""The parts that facts name: each has to be there, and to be what its name says.

Strategy: names are asked for in batches as events go by, and lists of names are read and followed at once, so that what
a list names counts as named by the event. Whether a part that is absent may be absent is known only at the end, when
it is known for how long texts are kept: until then the newest absences are held, and the others counted.

Rules:
- A part is named in a fact by `part`, `parts` (a list of others), `outline` (a request or an answer, field by field) or
  `timing`. A text cannot forge that: its quotes are escaped.
- In an outline stand fields of the caller's own. A reference is an object that holds nothing else, or an element of a
  list: a field of the caller's that is called `part` is none.
- What an old event and a recent one name is as recent as the recent one.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from heapq import heappush, heappushpop

from sidecar.core.evidence.event import Event
from sidecar.core.evidence.expiry import Expiry
from sidecar.core.evidence.rows import Rows
from sidecar.core.evidence.verdict import MOST_FAULTS, Faults, Trouble

NAMED = re.compile(rb'"(parts?|timing|outline)": ?"([0-9a-f]{64})"')
MARKS = (b"part", b"timing", b"outline")
GROUP, OUTLINE = b"parts", b"outline"
# What names others; what any other part holds is somebody's text.
LISTS = frozenset({GROUP, OUTLINE})
# Which of these parts are not there.
Absent = Callable[[frozenset[str]], Iterable[str]]
# The bytes of those of these parts that are there.
Fetch = Callable[[frozenset[str]], Mapping[str, bytes]]
MOST_KNOWN = 1 << 18
# The time of the newest event that names it, its chain and number, the name.
Lost = tuple[str, str, int, str]


def mentioned(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What `NAMED` finds: looking for a word first takes a tenth of the time, and half of that without its quotes."""
    for mark in MARKS:
        place = text.find(mark)
        while place >= 0:
            if place and (found := NAMED.match(text, place - 1)):
                yield found[1], found[2]
            place = text.find(mark, place + 1)


def references(kind: bytes, data: bytes) -> list[tuple[bytes, str]]:
    """What a list or an outline names, each with its kind. Of one that was changed nothing is believed."""
    if kind == GROUP:
        return [(key, name.decode()) for key, name in NAMED.findall(data)]
    try:
        fields = json.loads(data)
    except ValueError:
        return []
    values = fields.values() if isinstance(fields, dict) else ()
    found = [one for value in values for one in (value if isinstance(value, list) else (value,))]
    return [reference for one in found if (reference := _reference(one)) is not None]


def _reference(value: object) -> tuple[bytes, str] | None:
    for key in ("part", "parts"):
        if isinstance(value, dict) and value.keys() == {key} and isinstance(value[key], str):
            return key.encode(), value[key]
    return None


def _nothing(_: frozenset[str]) -> Mapping[str, bytes]:
    return {}


class Parts:
    """`see` every event, and `stored` every part; then `settle`."""

    def __init__(self, absent: Absent | None, faults: Faults, fetch: Fetch = _nothing) -> None:
        self._absent = absent
        self._fetch = fetch
        self._faults = faults
        self._known: set[str] = set()
        self._whole: set[str] = set()  # lists of which all is known
        self._lost: list[Lost] = []
        self._counted: set[int] = set()

    def see(self, events: Sequence[Event]) -> None:
        if self._absent is None:
            return
        newest: dict[str, Lost] = {}
        lists: dict[str, bytes] = {}
        rows = Rows.of(events)
        for at, chain, seq, body in zip(rows.ats, rows.chains, rows.seqs, rows.bodies, strict=True):
            for key, raw in mentioned(body):
                name = raw.decode()
                newest[name] = max(newest.get(name, ("", "", 0, "")), (at, chain, seq, name))
                if key in LISTS:
                    lists[name] = key
        inner = self._follow(newest, lists)
        absent = self._ask(newest)
        if len(self._whole) > MOST_KNOWN:
            self._whole.clear()
        self._whole |= {name for name, names in inner.items() if absent.isdisjoint(names)}

    def stored(self, digest: str, data: bytes | None) -> None:
        """Its name is what its bytes give."""
        if data is None or sha256(data).hexdigest() != digest:
            said = "its bytes are not those that it is named after"
            self._faults.add(Trouble.PART_CHANGED, digest, None, said)

    def settle(self, expiry: Expiry) -> None:
        told = set[str]()
        for at, chain, seq, name in sorted(self._lost, reverse=True):
            if expiry.old_text(at):
                break
            if name not in told:
                told.add(name)
                self._faults.add(Trouble.PART_MISSING, chain, seq, f"its part {name} is not there")
        expiry.parts_gone += len(self._counted) - len(told)

    def _follow(self, newest: dict[str, Lost], lists: Mapping[str, bytes]) -> dict[str, list[str]]:
        """Adds what the lists name, and those lists in turn. Each list with all that it names itself."""
        inner: dict[str, list[str]] = {}
        while lists:
            further: dict[str, bytes] = {}
            for name, data in self._fetch(frozenset(lists.keys() - self._whole)).items():
                at, chain, seq, _ = newest[name]
                found = references(lists[name], data)
                inner[name] = [child for _, child in found]
                for key, child in found:
                    newest[child] = max(newest.get(child, ("", "", 0, "")), (at, chain, seq, child))
                    if key in LISTS and child not in inner:
                        further[child] = key
            lists = further
        return inner

    def _ask(self, named: dict[str, Lost]) -> set[str]:
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
        return absent
