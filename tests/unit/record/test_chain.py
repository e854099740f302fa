"""The living end of a chain."""

from pathlib import Path

from sidecar.core.evidence.checkpoint import verified
from sidecar.core.evidence.event import NOTHING_BEFORE
from sidecar.core.evidence.merkle import Tree
from sidecar.record.chain import Chain
from sidecar.record.entry import Entry
from sidecar.record.keys import published
from sidecar.record.moment import written_at
from tests.unit.record.spooling import NOON, keys


def test_events_hang_on_each_other_and_a_checkpoint_covers_them(tmp_path: Path) -> None:
    chain = Chain("gc_1")
    assert chain.tail is None
    first, second = chain.add("k", "1", b"{}"), chain.stated("k", "2", {"n": 1})
    assert (first.previous, second.previous) == (NOTHING_BEFORE, first.hash)
    event, made = chain.checkpoint(keys(tmp_path).current(), "3")
    assert (made.count, made.first, made.last, made.last_hash) == (2, 1, 2, second.hash.hex())
    assert made.root == Tree([first.hash, second.hash]).root().hex()
    assert verified(made, published(tmp_path / "keys"))
    assert (event.seq, event.fact, chain.uncovered) == (3, made.fact, 0)
    assert chain.tail == {"chain": "gc_1", "seq": 3, "hash": event.hash.hex(), "at": event.at}


def test_many_at_once_are_the_same_events(tmp_path: Path) -> None:
    one, many = Chain('gc_"1"'), Chain('gc_"1"')
    entries = [Entry(f"k{number % 3}é", NOON + number % 4, b'{"n":%d}' % number) for number in range(21)]
    events = [one.add(entry.kind, written_at(entry.at), entry.fact) for entry in entries]
    rows = [*many.grow(entries[:8], 70), *many.grow([], 78), *many.grow(entries[8:], 78)]
    assert [row[0] for row in rows] == list(range(70, 91))
    assert [(e.chain, e.seq, e.at, e.kind, e.previous, e.hash, e.body) for e in events] == [row[1:] for row in rows]
    signer = keys(tmp_path).current()
    assert (one.uncovered, many.uncovered) == (21, 21)
    assert one.checkpoint(signer, "9") == many.checkpoint(signer, "9")


def test_a_copy_grows_alone(tmp_path: Path) -> None:
    chain = Chain("gc_1")
    chain.add("k", "5", b"{}")
    trial = chain.copy()
    grown = trial.add("k", "4", b"{}")
    assert (chain.seq, trial.seq, trial.uncovered) == (1, 2, 2)
    assert grown.at == "5"  # time does not go back
    assert chain.checkpoint(keys(tmp_path).current(), "6")[1].count == 1
    assert trial.checkpoint(keys(tmp_path).current(), "1")[1].at == "5"
