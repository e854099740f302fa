"""What an anchor lacks, and when that is held against it."""

from dataclasses import replace

import pytest

from sidecar.core.evidence.anchored import Anchored, against
from sidecar.core.evidence.expiry import Expiry
from sidecar.core.evidence.verdict import Faults, Summary, Tail, Trouble
from tests.unit.core.evidence.histories import PRIVATE, history

RECORD = history(lives=2, each=9)
ONE, TWO = ([one for one in RECORD.anchor if one.chain == name] for name in ("gc_0", "gc_1"))


def chains(anchors: frozenset[str] | None, holes: tuple[tuple[int, int], ...] = ()) -> dict[str, Summary]:
    made = {}
    for name, kept in (("gc_0", ONE), ("gc_1", TWO)):
        events = [one for one in RECORD.events if one.chain == name]
        lines = {one.count: one.line for one in kept}
        before = Tail("gc_0", 9, "", "") if name == "gc_1" else None
        made[name] = Summary(name, 1, events[-1].seq, events[-1].hash, len(events), before, lines, 0, holes, anchors)
    return made


HAD, NOT = frozenset(("file:a",)), frozenset(("file:b",))
LACKING = [
    ("all are there", Anchored("file:a", [*ONE, *TWO], named=True), HAD, 0),
    ("the last ones may still come", Anchored("file:a", [*ONE, *TWO[:-2]], named=True), HAD, 0),
    ("not once a later life's came", Anchored("file:a", [*ONE[:-2], *TWO], named=True), HAD, 2),
    ("nor all of a life's", Anchored("file:a", TWO, named=True), HAD, len(ONE)),
    ("one in the middle", Anchored("file:a", [ONE[0], *ONE[2:], *TWO], named=True), HAD, 1),
    ("the first", Anchored("file:a", [*ONE[1:], *TWO], named=True), HAD, 1),
    ("switched on in the middle", Anchored("file:a", [*ONE[1:], *TWO], named=True), NOT, 0),
    ("switched on in the middle, and then one lost", Anchored("file:a", [ONE[1], *ONE[3:]], named=True), NOT, 1),
    ("a file that somebody brings", Anchored("x", [*ONE[1:], *TWO], named=False), NOT, 1),
    ("a list that drops its oldest", Anchored("x", [*ONE[1:], *TWO], partial=True), None, 0),
    ("a record that does not say", Anchored("file:a", [*ONE[1:], *TWO], named=True), None, 1),
]


@pytest.mark.parametrize(("note", "anchor", "stated", "missing"), LACKING, ids=[note for note, *_ in LACKING])
def test_what_an_anchor_should_have(note: str, anchor: Anchored, stated: frozenset[str] | None, missing: int) -> None:
    faults = Faults()
    against(anchor, anchor.checkpoints, chains(stated), Expiry(), faults)
    assert [fault.trouble for fault in faults.found] == [Trouble.NOT_ANCHORED] * missing


def test_a_checkpoint_in_a_hole_is_not_called_rewritten() -> None:
    faults, seq = Faults(), ONE[0].count + 1
    without = chains(None, ((seq, seq),))
    without["gc_0"] = replace(without["gc_0"], checkpoints={one.count: one.line for one in ONE[1:]})
    against(Anchored("x", ONE), ONE, without, Expiry(), faults)
    assert faults.found == []
    without["gc_0"] = replace(without["gc_0"], holes=())
    against(Anchored("x", ONE), ONE, without, Expiry(), faults)
    assert [fault.trouble for fault in faults.found] == [Trouble.REWRITTEN]


def test_an_anchor_that_knows_more() -> None:
    faults, known = Faults(), chains(None)
    known["gc_1"] = replace(known["gc_1"], last=TWO[-1].count)
    against(Anchored("x", TWO), TWO, known, Expiry(), faults)
    del known["gc_1"]
    against(Anchored("x", TWO), TWO, known, Expiry(), faults)
    against(Anchored("x", [], unreadable=2), [], known, Expiry(), faults)
    assert [fault.trouble for fault in faults.found] == [Trouble.TRUNCATED, Trouble.MISSING, Trouble.CHANGED]


def test_what_expired_is_not_missed() -> None:
    from sidecar.core.evidence.checkpoint import signed

    old = signed(PRIVATE, chain="gone", count=5, last_hash=b"", root=b"", at="2025-01-01T00:00:00.000000Z")
    expiry, faults = Expiry("2026-06-01T00:00:00.000000Z"), Faults()
    for one in (*ONE, replace(TWO[-1], evidence_days=60), old):
        expiry.believe(one)
    expiry.settle()
    known = {"gc_1": chains(None)["gc_1"]}
    against(Anchored("x", [*ONE, *TWO, old]), [*ONE, *TWO, old], known, expiry, faults)
    assert faults.found == []
    assert expiry.gone == ONE[-1].count + 1 + 6
