"""Events by column: they are the same events, and a stretch is smooth only if each of them fits."""

from dataclasses import replace

import pytest

from sidecar.core.evidence.event import NOTHING_BEFORE, Event, chained
from sidecar.core.evidence.rows import Rows, smooth
from tests.unit.core.evidence.histories import history

EVENTS = history(lives=2).events
CHAIN = [one for one in EVENTS if one.chain == "gc_1"]


def test_what_is_asked_for_is_made() -> None:
    rows = Rows.of(EVENTS)
    assert list(rows) == EVENTS
    assert (rows[3], rows[-1], list(rows[2:5]), len(rows)) == (EVENTS[3], EVENTS[-1], EVENTS[2:5], len(EVENTS))
    assert Rows.of(rows) is rows
    assert list(Rows.of([])) == list(Rows.of([]).runs()) == []


def test_neighbours_of_one_chain() -> None:
    mixed = [EVENTS[0], CHAIN[0], CHAIN[1], EVENTS[1]]
    assert [list(run) for run in Rows.of(mixed).runs()] == [[EVENTS[0]], [CHAIN[0], CHAIN[1]], [EVENTS[1]]]
    assert [list(run) for run in Rows.of(CHAIN).runs()] == [CHAIN]


@pytest.mark.parametrize("start", range(len(CHAIN)))
def test_what_fits_is_smooth(start: int) -> None:
    before = CHAIN[start - 1].hash if start else NOTHING_BEFORE
    hashes = [one.hash for one in CHAIN[start:]]
    assert smooth(Rows.of(CHAIN[start:]), start + 1, (bytes(1), before)) == hashes
    assert smooth(Rows.of(CHAIN[start:]), start + 2, (before,)) is None
    assert smooth(Rows.of(CHAIN[start:]), start + 1, (bytes(1),)) is None


def rehash(one: Event) -> Event:
    return replace(one, hash=chained(one.previous, one.body))


@pytest.mark.parametrize(
    ("note", "change"),
    [
        ("chain", lambda one: replace(one, chain="gc_2")),
        ("number", lambda one: replace(one, seq=one.seq + 1)),
        ("time", lambda one: replace(one, at=one.at + "0")),
        ("a time that is no text", lambda one: replace(one, at="\udc80")),
        ("kind", lambda one: replace(one, kind="other")),
        ("body", lambda one: replace(one, body=one.body + b" ")),
        ("hash", lambda one: replace(one, hash=bytes(32))),
        ("link, rehashed", lambda one: rehash(replace(one, previous=bytes(32)))),
        ("number in the body, rehashed", lambda one: rehash(replace(one, body=one.body[:-1] + b"0}"))),
        ("chain in the body, rehashed", lambda one: rehash(replace(one, body=one.body.replace(b"gc_1", b"gc_3", 1)))),
        ("time in the body, rehashed", lambda one: rehash(replace(one, body=one.body.replace(b"2026", b"2027", 1)))),
    ],
)
@pytest.mark.parametrize("place", range(2, len(CHAIN), 3))
def test_what_does_not_fit_is_not(note: str, change, place: int) -> None:  # type: ignore[no-untyped-def]
    events = [*CHAIN[:place], change(CHAIN[place]), *CHAIN[place + 1 :]]
    assert smooth(Rows.of(events[1:]), 2, (CHAIN[0].hash,)) is None
