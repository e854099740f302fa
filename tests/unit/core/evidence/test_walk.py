"""One chain, walked. What is done to a whole record stands in tests/fault/test_tampering.py."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.evidence.event import Event, canonical, event
from sidecar.core.evidence.rows import Rows
from sidecar.core.evidence.trust import Trust
from sidecar.core.evidence.verdict import Fault, Faults, Tail, Trouble
from sidecar.core.evidence.walk import READ, Walk, tail_of
from tests.unit.core.evidence.histories import KEYS, history

RECORD = history(lives=2)
CHAIN = [one for one in RECORD.events if one.chain == "gc_1"]


def walked(events: Sequence[Event], begins: int = 1) -> list[Fault]:
    faults = Faults()
    walk = Walk("gc_1", trust := Trust(KEYS), faults, begins)
    walk.feed(events)
    walk.end()
    trust.settle(faults)
    return faults.found


ODD = {
    "untouched": lambda one: [one],
    "gone": lambda _: [],
    "twice": lambda one: [one, one],
    "time": lambda one: [replace(one, at="2026")],
    "kind": lambda one: [replace(one, kind="checkpoint")],
    "number": lambda one: [replace(one, seq=one.seq + 1)],
    "previous": lambda one: [replace(one, previous=bytes(32))],
    "hash": lambda one: [replace(one, hash=bytes(32))],
    "body": lambda one: [replace(one, body=one.body + b" ")],
    "written again": lambda one: [event(one.previous, one.chain, one.seq, one.at, one.kind, {"say": "no"})],
    "hangs on nothing": lambda one: [event(bytes(32), one.chain, one.seq, one.at, one.kind, one.fact)],
}
ODDLY = st.sampled_from(list(ODD.values()))


@settings(max_examples=200, deadline=None)
@given(st.data(), st.integers(1, 12), st.integers(1, 4))
def test_a_stretch_is_named_as_its_events_one_by_one_are(data: st.DataObject, batch: int, begins: int) -> None:
    events = list(CHAIN[begins - 1 :])
    for share in data.draw(st.lists(st.floats(0, 0.999), max_size=2)):
        place = int(share * len(events))
        events[place : place + 1] = [odd for one in events[place : place + 1] for odd in data.draw(ODDLY)(one)]
    single, stretched = Faults(), Faults()
    one, many = (Walk("gc_1", Trust(KEYS), faults, begins) for faults in (single, stretched))
    one.feed(events)
    for start in range(0, len(events), batch):
        many.stretch(Rows.of(events[start : start + batch]))
    assert many.end() == one.end()
    assert stretched == single


def test_a_stretch_that_fits_is_not_looked_at_event_by_event() -> None:
    seen: list[Event] = []

    class Watched(Walk):
        def feed(self, events: Iterable[Event]) -> None:
            seen.extend(events := list(events))
            super().feed(events)

    Watched("gc_1", Trust(KEYS), Faults()).stretch(Rows.of(CHAIN))
    # After the end of a chain each is looked at.
    assert {one.kind for one in seen} <= READ
    assert len(seen) == sum(one.kind in READ for one in CHAIN) < len(CHAIN)


def test_what_is_left_of_a_chain() -> None:
    walk = Walk("gc_1", Trust(KEYS), Faults())
    walk.feed(CHAIN)
    end, before = walk.end(), RECORD.events[len(CHAIN) - 1]
    assert (end.first, end.last, end.last_hash, end.events) == (1, len(CHAIN), CHAIN[-1].hash, len(CHAIN))
    assert end.before == Tail("gc_0", before.seq, before.hash.hex(), CHAIN[0].at)
    assert end.covered == len(CHAIN) - 1
    assert dict(end.checkpoints) == {one.count: one.line for one in RECORD.anchor if one.chain == "gc_1"}


@pytest.mark.parametrize("begins", range(2, len(CHAIN)))
def test_a_chain_whose_beginning_lies_elsewhere(begins: int) -> None:
    assert walked(CHAIN[begins - 1 :], begins) == []
    assert [fault.trouble for fault in walked(CHAIN[begins - 1 :])][-1] is Trouble.MISSING


@pytest.mark.parametrize(
    ("note", "change", "words"),
    [
        ("time", {"at": "2026"}, "`at`"),
        ("kind", {"kind": "x"}, "`kind`"),
        ("kind and time", {"kind": "x", "at": "y"}, "`at` and `kind`"),
        ("previous", {"previous": bytes(32)}, "`previous`"),
        ("hash", {"hash": bytes(32)}, "do not belong together"),
        ("body", {"body": b"{}"}, "do not belong together"),
    ],
)
def test_the_message_says_which_column(note: str, change: dict[str, object], words: str) -> None:
    (fault,) = walked([*CHAIN[:2], replace(CHAIN[2], **change), *CHAIN[3:]])
    assert (fault.trouble, fault.seq) == (Trouble.CHANGED, 3)
    assert words in fault.message


def test_an_event_that_was_written_with_other_bytes_than_canonical_ones() -> None:
    body = CHAIN[1].body.replace(b'"at":', b'"at": ')
    from sidecar.core.evidence.event import chained

    odd = replace(CHAIN[1], body=body, hash=chained(CHAIN[1].previous, body))
    assert "canonical" in walked([CHAIN[0], odd])[0].message


def test_a_gap_is_named_with_both_ends_and_what_comes_late_leaves_it() -> None:
    (gap,) = walked([*CHAIN[:2], *CHAIN[5:]])
    assert (gap.trouble, gap.seq, "3 to 5" in gap.message) == (Trouble.MISSING, 3, True)
    found = walked([*CHAIN[:2], *CHAIN[5:], CHAIN[3]])
    assert [(fault.trouble, fault.seq) for fault in found] == [
        (Trouble.REORDERED, 4),
        (Trouble.MISSING, 3),
        (Trouble.MISSING, 5),
    ]


def test_nothing_follows_the_end_of_a_chain() -> None:
    last = CHAIN[-1]
    more = event(last.hash, "gc_1", last.seq + 1, last.at, "decided", {})
    assert [(fault.trouble, fault.seq) for fault in walked([*CHAIN, more])] == [(Trouble.INSERTED, more.seq)]


def test_a_checkpoint_about_another_chain_is_no_checkpoint_of_this_one() -> None:
    other = next(one for one in RECORD.events if one.kind == "checkpoint" and one.chain == "gc_0")
    place = other.seq - 1
    forged = event(CHAIN[place - 1].hash, "gc_1", other.seq, other.at, "checkpoint", other.fact)
    assert Trouble.REWRITTEN in {fault.trouble for fault in walked([*CHAIN[:place], forged])}


def test_a_fact_that_is_none_is_survived() -> None:
    for fact in (b"1", b"[]", b'{"count":1}'):
        body = b'{"at":"t","chain":"gc_1","fact":%b,"kind":"checkpoint","seq":1}' % fact
        from sidecar.core.evidence.event import NOTHING_BEFORE, chained

        made = Event("gc_1", 1, "t", "checkpoint", body, NOTHING_BEFORE, chained(NOTHING_BEFORE, body))
        assert {fault.trouble for fault in walked([made])} <= {Trouble.CHANGED}


def test_the_tail_that_a_chain_names() -> None:
    assert tail_of({"chain": "gc_0", "seq": 3, "hash": "ab"}) == Tail("gc_0", 3, "ab")
    for odd in (None, {}, {"chain": 1, "seq": 3, "hash": "ab"}, "x"):
        assert tail_of(odd) is None
    assert canonical({}) == b"{}"
