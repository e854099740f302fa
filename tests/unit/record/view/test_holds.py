"""Calls that waited for people."""

from sidecar.record.view.holds import holds
from sidecar.record.view.ledger import Ledger
from tests.unit.record.view.conftest import SINCE, UNTIL


def test_each_approval_is_one_with_its_outcome(ledger: Ledger) -> None:
    found = holds(ledger, SINCE.timestamp() - 86_400, UNTIL.timestamp() + 86_400)
    assert len(found) == ledger.rows("SELECT count() FROM approvals")[0][0] > 0
    assert {one.decision for one in found} == {"approved", "denied", "expired"}
    assert all(one.seconds is not None and 3.9 < one.seconds < 245 for one in found)
    assert holds(ledger, 0.0, SINCE.timestamp() - 86_400) == []
