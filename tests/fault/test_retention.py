"""What retention took is never called missing; one event more is; and nobody but the key says for how long."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.evidence.checkpoint import Checkpoint, Keeping
from sidecar.core.evidence.event import Event, event
from tests.unit.core.evidence.histories import FORGER, PRIVATE
from tests.unit.core.evidence.kept import EVERY, at, kept, life

quick = settings(max_examples=100, deadline=None)

HOURS = 160  # four lives of forty
LIVES = {closed: kept(closed=closed) for closed in (True, False)}
LONG = kept(lives=1, hours=HOURS)


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "killed"])
@quick
@given(data=st.data())
def test_what_retention_took_is_never_called_missing(closed: bool, data: st.DataObject) -> None:
    """Whenever it is looked at, and in whatever order the database drops what is old enough."""
    record, now = LIVES[closed].copy(), data.draw(st.integers(HOURS, HOURS + 200))
    # The database waits longer than it has to; a checkpoint comes within that time.
    limit = at(now - 48 - EVERY - 1)
    old = [one for one in record.events if one.at <= limit]
    dropped = set(data.draw(st.lists(st.sampled_from(old)))) if data.draw(st.booleans()) and old else set(old)
    record.events = [one for one in record.events if one not in dropped]
    verdict = record.verdict(now=at(now))
    assert verdict.faults == ()
    assert (verdict.expired.events if verdict.expired else 0) >= len(dropped & covered(record.anchor, dropped))


def covered(anchor: list[Checkpoint], dropped: set[Event]) -> set[Event]:
    """Those that a checkpoint speaks of: nobody knows of a killed life's last events once all of it is gone."""
    return {one for one in dropped if any(c.chain == one.chain and c.count + 1 >= one.seq for c in anchor)}


@pytest.mark.parametrize("days", [2, None], ids=["two days", "for ever"])
@pytest.mark.parametrize("closed", [True, False], ids=["closed", "killed"])
@quick
@given(data=st.data())
def test_one_event_more_than_retention_allows_is_named(closed: bool, days: int | None, data: st.DataObject) -> None:
    record = LIVES[closed].copy() if days else kept(None, closed=closed)
    now = data.draw(st.integers(HOURS, HOURS + 40))
    limit = at(now - 48)
    signed_until = {(c.chain, c.count + 1) for c in record.anchor}
    recent = [
        one
        for one in record.events
        if one.at > limit and any(chain == one.chain and seq >= one.seq for chain, seq in signed_until)
    ]
    gone = data.draw(st.sampled_from(recent))
    record.events = [one for one in record.events if (one.at > limit or days is None) and one != gone]
    verdict = record.verdict(now=at(now))
    assert not verdict.completeness
    assert any(fault.chain == gone.chain for fault in verdict.faults)


@quick
@given(data=st.data())
def test_a_retention_that_nobody_signed_allows_nothing(data: st.DataObject) -> None:
    """Whoever deletes rewrites what is left, with checkpoints that say one day, and no key or one of his own."""
    record, private = LIVES[True].copy(), data.draw(st.sampled_from([None, FORGER]))
    target = f"gc_{data.draw(st.integers(0, 3))}"
    chain = [one for one in record.events if one.chain == target]
    forged = life(target, 40 * int(target[-1]), 40, [], Keeping(1, None), private=private or PRIVATE)
    if private is None:
        forged = [
            event(one.previous, one.chain, one.seq, one.at, one.kind, {**one.fact, "signature": "00" * 64})
            if one.kind == "checkpoint"
            else one
            for one in forged
        ]
    cut = data.draw(st.integers(1, len(chain) - 2))
    record.events = [one for one in record.events if one.chain != target] + forged[cut:]
    verdict = record.verdict(now=at(HOURS))
    assert not verdict.integrity
    assert verdict.expired is None or verdict.expired.days == 2


@quick
@given(data=st.data())
def test_what_is_left_after_retention_is_still_proved(data: st.DataObject) -> None:
    """Roots cannot be made again; links and the hashes that checkpoints state hold it all the same."""
    record, now = data.draw(st.sampled_from([LIVES[True], LONG])).copy(), HOURS + 10
    record.events = [one for one in record.events if one.at > at(now - 52)]
    assert record.verdict(now=at(now)).green
    place = data.draw(st.integers(0, len(record.events) - 3))
    old = record.events[place]
    chain = [one for one in record.events if one.chain == old.chain]
    if old.kind == "checkpoint" or chain.index(old) >= len(chain) - 2:
        return
    made = chain[: chain.index(old)]
    for one in chain[chain.index(old) :]:
        fact = {**one.fact, "say": "nothing"} if one == old else one.fact
        made.append(event(made[-1].hash if made else one.previous, one.chain, one.seq, one.at, one.kind, fact))
    record.events = [one for one in record.events if one.chain != old.chain] + made
    assert not record.verdict(now=at(now)).integrity
