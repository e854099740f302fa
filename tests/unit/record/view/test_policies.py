"""Policies in force."""

from sidecar.record.view.ledger import Ledger
from sidecar.record.view.policies import in_force, refused
from tests.unit.record.view.conftest import EXCHANGES, SINCE, UNTIL

LOADED = """
INSERT INTO gate_facts VALUES ('gc_p', {0}, '2026-03-2{0} 00:00:00', '{1}', '{2}')
"""


def test_loaded_ones_with_their_calls_the_last_used_first(ledger: Ledger) -> None:
    ledger.do(LOADED.format(1, "policy_loaded", '{"digest":"1f0e","policies":["agents"]}'))
    ledger.do(LOADED.format(2, "policy_refused", '{"digest":"bad","mistakes":["p.yaml:3: wrong"]}'))
    ledger.do(LOADED.format(3, "policy_loaded", '{"digest":"idle","policies":["quiet"]}'))
    begin, until = SINCE.timestamp() - 86_400, UNTIL.timestamp() + 86_400
    found = {one.digest: one for one in in_force(ledger, begin, until)}
    assert (found["1f0e"].calls, found["1f0e"].policies) == (EXCHANGES, ["agents"])
    assert (found["idle"].calls, found["idle"].last) == (0, None)
    assert refused(ledger, begin) == ["p.yaml:3: wrong"]
    assert refused(ledger, until) == []
