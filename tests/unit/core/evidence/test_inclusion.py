from collections.abc import Mapping
from dataclasses import replace

import pytest

from sidecar.core.evidence.anchored import Anchored
from sidecar.core.evidence.checkpoint import PublicKeys
from sidecar.core.evidence.event import Event
from sidecar.core.evidence.inclusion import Proof, proofs, proved
from sidecar.core.evidence.merkle import Tree
from sidecar.core.evidence.verdict import Trouble, Verdict
from tests.unit.core.evidence.histories import KEYS, history

RECORD = history(lives=1)
NEWEST = RECORD.anchor[-1]
MADE = proofs(RECORD.events, {"gc_0": Tree(one.hash for one in RECORD.events)}, {"gc_0": NEWEST.count})
SOME = [(RECORD.events[place], MADE["gc_0", place + 1]) for place in (1, 4, 5)]


def verdict(
    records: list[tuple[Event, Proof | None]],
    anchored: Anchored | None = None,
    keys: PublicKeys = KEYS,
    parts: Mapping[str, bytes] = RECORD.parts,
) -> Verdict:
    stated = anchored or Anchored("c", [NEWEST])
    return proved(
        records,
        stated,
        keys,
        lambda names: names - parts.keys(),
        lambda names: {one: parts[one] for one in names & parts.keys()},
        parts.items(),
    )


def test_every_event_under_the_newest_checkpoint_has_a_proof_and_is_proved() -> None:
    assert sorted(MADE) == [("gc_0", seq) for seq in range(1, NEWEST.count + 1)]
    whole = [(one, MADE.get((one.chain, one.seq))) for one in RECORD.events]
    assert verdict(whole).green
    assert verdict(list(SOME)).green


first, proof = SOME[0]


@pytest.mark.parametrize(
    ("note", "record", "trouble"),
    [
        ("body", (replace(first, body=first.body + b" "), proof), Trouble.CHANGED),
        ("time", (replace(first, at="2027"), proof), Trouble.CHANGED),
        ("hash", (replace(first, hash=bytes(32)), proof), Trouble.REWRITTEN),
        ("no proof", (first, None), Trouble.CHANGED),
        ("another's proof", (first, SOME[1][1]), Trouble.REWRITTEN),
        ("proof under no checkpoint", (first, Proof(5, proof.path)), Trouble.MISSING),
        ("proof cut", (first, Proof(proof.count, proof.path[1:])), Trouble.REWRITTEN),
    ],
)
def test_what_is_changed_is_named(note: str, record: tuple[Event, Proof | None], trouble: Trouble) -> None:
    assert trouble in {fault.trouble for fault in verdict([record, *SOME[1:]]).faults}


def test_the_checkpoint_and_the_parts_are_looked_at() -> None:
    forged = replace(NEWEST, root="zz")
    found = verdict(list(SOME), Anchored("c", [forged])).faults
    assert {fault.trouble for fault in found} == {Trouble.BAD_SIGNATURE, Trouble.REWRITTEN}
    assert {fault.trouble for fault in verdict(list(SOME), keys={}).faults} == {Trouble.UNKNOWN_KEY}
    assert {fault.trouble for fault in verdict(list(SOME), parts={}).faults} == {Trouble.PART_MISSING}
    assert {fault.trouble for fault in verdict(list(SOME), Anchored("c", [NEWEST], 1)).faults} == {Trouble.CHANGED}
