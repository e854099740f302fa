"""Chains as counts."""

from sidecar.record.view.chains import chains
from sidecar.record.view.ledger import Ledger

CHECKPOINT = "INSERT INTO checkpoint_facts (chain, seq, at, count) VALUES ('gc_1', 9, '2026-03-05 00:00:00', 100)"


def test_gaps_and_what_is_not_signed_are_counted(ledger: Ledger) -> None:
    ledger.do(CHECKPOINT)
    (one,) = [one for one in chains(ledger) if one.name == "gc_1"]
    events, last = ledger.rows("SELECT count(), max(seq) FROM events WHERE chain = 'gc_1'")[0]
    assert (one.events, one.missing, one.unsigned, one.checkpoints) == (events, last - events, last - 100, 1)
    assert not one.closed
    assert one.first < one.last
