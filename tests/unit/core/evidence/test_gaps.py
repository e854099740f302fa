"""What the record says of calls that passed while it was full, and what a check says of that."""

from collections.abc import Mapping

import pytest

from sidecar.core.evidence.event import NOTHING_BEFORE, Event, event
from sidecar.core.evidence.gaps import Gap, gap_of
from sidecar.core.evidence.verify import Verify

OPENING = {"gap": "gg_1", "from": "10:00", "policies": ["docs"]}
SO_FAR = {**OPENING, "to": "10:01", "calls": {"docs": 1_200, "wiki": 3}, "closed": False}
CLOSED = {**SO_FAR, "to": "10:02", "calls": {"docs": 2_000, "wiki": 3}, "closed": True}


def chain(facts: list[tuple[str, Mapping[str, object]]]) -> list[Event]:
    made: list[Event] = []
    for seq, (kind, fact) in enumerate(facts, start=1):
        before = made[-1].hash if made else NOTHING_BEFORE
        made.append(event(before, "gc_1", seq, f"2026-03-01T10:00:{seq:02}.000000Z", kind, fact))
    return made


@pytest.mark.parametrize(
    ("fact", "said", "note"),
    [
        (
            CLOSED,
            "2,003 calls passed unrecorded between 10:00 and 10:02 (docs: 2,000, wiki: 3), "
            "as policy docs allowed while the record was full",
            "closed",
        ),
        (
            {**SO_FAR, "policies": ["docs", "wiki"]},
            "at least 1,203 calls passed unrecorded from 10:00 on (docs: 1,200, wiki: 3), "
            "as policies docs, wiki allowed while the record was full; their end is not recorded",
            "killed, or it lasts",
        ),
        (
            OPENING,
            "an unknown number of calls passed unrecorded from 10:00 on, "
            "as policy docs allowed while the record was full; their end is not recorded",
            "killed at once",
        ),
    ],
)
def test_a_gap_is_a_sentence(fact: Mapping[str, object], said: str, note: str) -> None:
    assert str(gap_of(fact)) == said, note


@pytest.mark.parametrize("fact", [{}, {"gap": 3}, {"gap": "g", "from": "x"}, {"gap": "g", "from": 1, "policies": []}])
def test_what_is_of_another_shape_is_none(fact: Mapping[str, object]) -> None:
    assert gap_of(fact) is None


def test_what_is_of_another_shape_inside_is_passed_over() -> None:
    fact = {**OPENING, "to": 3, "calls": {"docs": "many", "wiki": 2}, "closed": "yes"}
    assert gap_of(fact) == Gap("gg_1", "10:00", None, {"wiki": 2}, ("docs",), closed=False)


@pytest.mark.parametrize(
    ("facts", "totals", "note"),
    [
        ([], [], "none"),
        ([("gap_opened", OPENING), ("gap", SO_FAR), ("gap", CLOSED)], [(2_003, True)], "the last word counts"),
        ([("gap", CLOSED), ("gap_opened", OPENING), ("gap", SO_FAR)], [(2_003, True)], "in whichever order it is read"),
        ([("gap_opened", OPENING), ("gap", SO_FAR)], [(1_203, False)], "no last word"),
        ([("gap", CLOSED), ("gap_opened", {**OPENING, "gap": "gg_2"})], [(2_003, True), (0, False)], "two"),
    ],
)
def test_a_check_tells_each_gap_once_and_finds_no_fault(
    facts: list[tuple[str, Mapping[str, object]]], totals: list[tuple[int, bool]], note: str
) -> None:
    verify = Verify({})
    verify.feed(chain(facts))
    verdict = verify.end()
    assert [(gap.total, gap.closed) for gap in verdict.gaps] == totals, note
    assert verdict.green


def test_a_gap_that_someone_made_smaller_is_a_fault() -> None:
    events = chain([("gap_opened", OPENING), ("gap", CLOSED)])
    less = events[1].body.replace(b"2000", b"2")
    verify = Verify({})
    verify.feed([events[0], Event(*(less if one is events[1].body else one for one in _fields(events[1])))])
    assert not verify.end().integrity


def _fields(one: Event) -> tuple[object, ...]:
    return (one.chain, one.seq, one.at, one.kind, one.body, one.previous, one.hash)
