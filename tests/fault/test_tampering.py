"""Whatever is done to a record is named by its check, and a record that nobody touched is never accused."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.evidence.event import Event, chained, event
from sidecar.core.evidence.verdict import Trouble, Verdict
from tests.unit.core.evidence.histories import FORGER, PRIVATE, chained_of, history, rehashed

WHOLE = history()
LAST = len(WHOLE.events) - 1
somewhere = st.integers(0, LAST)
quick = settings(max_examples=150, deadline=None)


def named(verdict: Verdict, one: Event) -> bool:
    return any((fault.chain, fault.seq) == (one.chain, one.seq) for fault in verdict.faults)


@quick
@given(st.integers(1, 4), st.integers(0, 9), st.integers(1, 12), st.integers(1, 40))
def test_an_untouched_record_is_never_accused(lives: int, each: int, every: int, batch: int) -> None:
    verdict = history(lives, each, every).verdict(batch)
    assert verdict.green
    assert verdict.faults == ()


CHANGES = {
    "chain": lambda one, data: replace(one, chain=data.draw(st.sampled_from(["gc_0", "gc_1", "gc_9", ""]))),
    "seq": lambda one, data: replace(one, seq=data.draw(st.integers(0, 30))),
    "at": lambda one, _: replace(one, at=one.at.replace("12:", "13:")),
    "kind": lambda one, data: replace(one, kind=data.draw(st.sampled_from(["decided", "checkpoint", "x"]))),
    "previous": lambda one, data: replace(one, previous=flipped(one.previous, data)),
    "hash": lambda one, data: replace(one, hash=flipped(one.hash, data)),
    "body": lambda one, data: replace(one, body=flipped(one.body, data)),
    "body, shorter": lambda one, _: replace(one, body=one.body[:-1]),
    "body and hash": lambda one, data: rehash(replace(one, body=flipped(one.body, data))),
    "previous and hash": lambda one, data: rehash(replace(one, previous=flipped(one.previous, data))),
    "at, everywhere": lambda one, _: event(one.previous, one.chain, one.seq, "2026-03-02", one.kind, one.fact),
}


def flipped(raw: bytes, data: st.DataObject) -> bytes:
    place, bit = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 7))
    return raw[:place] + bytes([raw[place] ^ 1 << bit]) + raw[place + 1 :]


def rehash(one: Event) -> Event:
    return replace(one, hash=chained(one.previous, one.body))


@pytest.mark.parametrize("field", CHANGES)
@quick
@given(data=st.data())
def test_any_field_of_any_event_is_named(field: str, data: st.DataObject) -> None:
    record, place = WHOLE.copy(), data.draw(somewhere)
    old = record.events[place]
    new = CHANGES[field](old, data)
    if new == old:
        return
    record.events[place] = new
    verdict = record.verdict()
    assert not verdict.green
    # A link that does not fit is named at its other end, too: at the end of a chain nothing says which end was edited.
    linked = field == "previous and hash" and named(verdict, record.events[place - 1])
    assert named(verdict, old) or named(verdict, new) or linked


@quick
@given(somewhere, somewhere)
def test_any_deletion_is_named(first: int, last: int) -> None:
    first, last = min(first, last), max(first, last)
    record = WHOLE.copy()
    gone = record.events[first : last + 1]
    del record.events[first : last + 1]
    verdict = record.verdict()
    assert not verdict.completeness
    for chain in {one.chain for one in gone}:
        about = {fault.trouble for fault in verdict.faults if fault.chain == chain}
        assert about & {Trouble.MISSING, Trouble.TRUNCATED, Trouble.LINK_BROKEN}


@quick
@given(somewhere, somewhere)
def test_any_swap_is_named(one: int, other: int) -> None:
    record = WHOLE.copy()
    events = record.events
    if one == other or events[one].chain != events[other].chain:
        return  # chains may be stored in any order
    events[one], events[other] = events[other], events[one]
    verdict = record.verdict()
    assert not verdict.integrity
    assert any(fault.trouble is Trouble.REORDERED and fault.chain == events[one].chain for fault in verdict.faults)


@quick
@given(somewhere, somewhere)
def test_any_duplicate_is_named(one: int, place: int) -> None:
    record = WHOLE.copy()
    record.events.insert(place, record.events[one])
    verdict = record.verdict()
    troubles = {fault.trouble for fault in verdict.faults if fault.chain == WHOLE.events[one].chain}
    assert troubles & {Trouble.DUPLICATED, Trouble.INSERTED, Trouble.REORDERED}
    assert not verdict.integrity


@quick
@given(somewhere)
def test_any_insertion_is_named(place: int) -> None:
    record = WHOLE.copy()
    after = record.events[place]
    forged = event(after.hash, after.chain, after.seq + 1, after.at, "decided", {"exchange": "forged"})
    record.events.insert(place + 1, forged)
    verdict = record.verdict()
    assert not verdict.integrity
    assert named(verdict, forged)


@pytest.mark.parametrize("resigned", [False, True])
@quick
@given(somewhere)
def test_a_rewritten_history_is_named(resigned: bool, place: int) -> None:
    """Every hash made anew, and even every checkpoint signed anew, with a key of one's own."""
    record, target = WHOLE.copy(), WHOLE.events[place]
    chain = [one for one in record.events if one.chain == target.chain]
    if target.kind == "checkpoint":
        return
    made = rehashed(chain, target.seq - 1, {**target.fact, "say": "nothing"})
    if resigned:
        facts = [(one.kind, one.fact) for one in made if one.kind != "checkpoint"]
        made = chained_of(target.chain, facts, 3, FORGER)
    record.events = [one for one in record.events if one.chain != target.chain] + made
    verdict = record.verdict()
    assert not verdict.integrity
    expected = Trouble.UNKNOWN_KEY if resigned else Trouble.REWRITTEN
    assert any(fault.trouble is expected and fault.chain == target.chain for fault in verdict.faults)


@quick
@given(somewhere)
def test_who_has_the_key_but_not_the_anchor_is_named_too(place: int) -> None:
    record, target = WHOLE.copy(), WHOLE.events[place]
    facts = [
        (one.kind, {**one.fact, "say": "nothing"} if one == target else one.fact)
        for one in record.events
        if one.chain == target.chain and one.kind != "checkpoint"
    ]
    if target.kind == "checkpoint":
        return
    made = chained_of(target.chain, facts, 3, PRIVATE)
    record.events = [one for one in record.events if one.chain != target.chain] + made
    verdict = record.verdict()
    assert any(fault.trouble is Trouble.REWRITTEN and fault.chain == target.chain for fault in verdict.faults)


def test_a_rewritten_history_without_checkpoints_is_named() -> None:
    record = WHOLE.copy()
    facts = [(one.kind, one.fact) for one in record.events if one.chain == "gc_2" and one.kind != "checkpoint"]
    made = chained_of("gc_2", facts, 99, PRIVATE)[:-1]
    record.events = [one for one in record.events if one.chain != "gc_2"] + made
    assert {fault.trouble for fault in record.verdict().faults} >= {Trouble.TRUNCATED}


@quick
@given(st.data())
def test_any_part_is_named(data: st.DataObject) -> None:
    record, name = WHOLE.copy(), data.draw(st.sampled_from(sorted(WHOLE.parts)))
    if data.draw(st.booleans()):
        record.parts[name] = flipped(record.parts[name], data)
        wanted, place = Trouble.PART_CHANGED, name
    else:
        del record.parts[name]
        wanted = Trouble.PART_MISSING
        place = next(one.chain for one in WHOLE.events if name.encode() in one.body)
    found = record.verdict().faults
    assert [(fault.trouble, fault.chain) for fault in found] == [(wanted, place)]


@quick
@given(st.data())
def test_any_field_of_an_anchors_checkpoint_is_named(data: st.DataObject) -> None:
    record, place = WHOLE.copy(), data.draw(st.integers(0, len(WHOLE.anchor) - 1))
    old = record.anchor[place]
    name = data.draw(
        st.sampled_from(["chain", "count", "first", "last", "last_hash", "root", "at", "key", "signature"])
    )
    value = getattr(old, name)
    record.anchor[place] = replace(old, **{name: value + 1 if isinstance(value, int) else f"{value}0"})
    verdict = record.verdict()
    assert any(fault.trouble in (Trouble.BAD_SIGNATURE, Trouble.UNKNOWN_KEY) for fault in verdict.faults)


def test_a_checkpoint_that_its_anchor_does_not_have_is_named() -> None:
    record = WHOLE.copy()
    gone = record.anchor.pop(0)
    (fault,) = record.verdict().faults
    assert (fault.trouble, fault.chain, fault.seq) == (Trouble.NOT_ANCHORED, gone.chain, gone.count + 1)


def test_a_chain_that_is_gone_is_named() -> None:
    record = WHOLE.copy()
    record.events = [one for one in record.events if one.chain != "gc_1"]
    troubles = {(fault.trouble, fault.chain) for fault in record.verdict().faults}
    assert troubles >= {(Trouble.LINK_BROKEN, "gc_1"), (Trouble.MISSING, "gc_1")}
