"""A whole record. What tampering does to it stands in tests/fault/test_tampering.py."""

from dataclasses import replace

from sidecar.core.evidence.anchored import Anchored
from sidecar.core.evidence.event import event
from sidecar.core.evidence.verdict import Trouble
from sidecar.core.evidence.verify import Verify
from tests.unit.core.evidence.histories import FORGER, KEYS, history, rehashed, stated

RECORD = history()
LIFE = len(RECORD.events) // 3


def test_an_untouched_record_is_green_whatever_the_batches_and_the_order_of_chains() -> None:
    for batch in (1, 3, 1_000):
        assert RECORD.verdict(batch).green
    turned = RECORD.copy()
    turned.events = turned.events[2 * LIFE :] + turned.events[: 2 * LIFE]
    verdict = turned.verdict()
    assert (verdict.green, verdict.events, verdict.uncovered) == (True, 3 * LIFE, 0)


def test_a_live_chain_has_an_end_that_is_not_signed_yet() -> None:
    record = RECORD.copy()
    record.events = record.events[:-2]
    record.anchor = record.anchor[:-1]
    assert (record.verdict().green, record.verdict().uncovered) == (True, LIFE - 2 - record.anchor[-1].count - 1)


def test_a_life_that_lost_its_end_or_grew_a_new_one() -> None:
    cut = RECORD.copy()
    cut.anchor = []
    del cut.events[LIFE - 1]
    (fault,) = cut.verdict().faults
    assert (fault.trouble, fault.chain, fault.seq) == (Trouble.TRUNCATED, "gc_0", LIFE - 1)
    first = [one for one in RECORD.events if one.chain == "gc_0"]
    grown = replace(cut, events=[*first[:-2], *RECORD.events[LIFE:]])
    assert grown.verdict().faults[0].trouble is Trouble.TRUNCATED


def test_a_rewritten_end_that_no_signature_covers_is_named_by_the_next_life() -> None:
    record = RECORD.copy()
    first = [one for one in record.events if one.chain == "gc_0" and one.kind != "checkpoint"][:2]
    old = event(first[0].hash, "gc_0", 2, first[1].at, "decided", {"say": "a"})
    link = {"chain": "gc_0", "seq": 2, "hash": old.hash.hex()}
    second = [one for one in record.events if one.chain == "gc_1" and one.kind != "checkpoint"][:1]
    life = rehashed(second, 0, {**second[0].fact, "before": link})
    for stored, expected in ((old, set()), (first[1], {Trouble.REWRITTEN})):
        verify = Verify(KEYS)
        verify.feed([first[0], stored, *life])
        assert {fault.trouble for fault in verify.end().faults} == expected


def test_a_part_of_the_record_is_not_asked_for_the_rest() -> None:
    one = [event for event in RECORD.events if event.chain == "gc_1"]
    for whole, expected in ((True, {Trouble.LINK_BROKEN, Trouble.MISSING}), (False, set())):
        verify = Verify(KEYS, whole=whole)
        verify.feed(one)
        verdict = verify.end([Anchored("elsewhere", RECORD.anchor)])
        assert {fault.trouble for fault in verdict.faults} == expected


def test_an_anchor_that_lags_or_says_something_unreadable() -> None:
    lagging = RECORD.copy()
    lagging.anchor = lagging.anchor[:-1]
    assert lagging.verdict().green
    verify = Verify(KEYS)
    verify.feed(RECORD.events)
    (fault,) = verify.end([Anchored("the list", RECORD.anchor, unreadable=2)]).faults
    assert (fault.trouble, fault.chain) == (Trouble.CHANGED, "the list")


def test_an_anchors_line_of_a_forger_is_named() -> None:
    forged = stated("gc_0", RECORD.events[:3], FORGER)
    record = RECORD.copy()
    record.anchor.append(forged)
    assert [fault.trouble for fault in record.verdict().faults] == [Trouble.UNKNOWN_KEY]


def test_parts_are_asked_for_once() -> None:
    asked: list[frozenset[str]] = []
    verify = Verify(KEYS, absent=lambda names: asked.append(names) or ())  # type: ignore[func-returns-value]
    verify.feed(RECORD.events)
    verify.feed(RECORD.events)
    assert asked == [frozenset(RECORD.parts)]
    assert verify.part(next(iter(RECORD.parts)), None) is None
    assert verify.faults.found[-1].trouble is Trouble.PART_CHANGED
