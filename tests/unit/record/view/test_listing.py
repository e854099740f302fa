"""Sessions as lines."""

import json

from sidecar.record.view.ledger import Ledger
from sidecar.record.view.listing import MOST, as_stored, sessions
from tests.unit.record.view.conftest import SINCE


def test_pages_have_every_session_once(ledger: Ledger) -> None:
    found = list(sessions(ledger, {}))
    while more := sessions(ledger, {"before": found[-1].began, "name": found[-1].session}):
        found += more
    listed = ledger.rows("SELECT session FROM sessions ORDER BY began DESC, session DESC")
    assert [one.session for one in found] == [row[0] for row in listed]
    assert len(found) > 3 * MOST


def test_what_is_said_of_one_is_what_its_calls_say(ledger: Ledger) -> None:
    for one in sessions(ledger, {}, 10):
        row = ledger.rows(
            "SELECT exchanges, denied, findings, input_tokens + output_tokens + cache_read_tokens + cache_write_tokens,"
            " cost FROM sessions WHERE session = {s:String}",
            {"s": one.session},
        )[0]
        assert (one.calls, one.denied, one.findings, one.tokens) == tuple(row[:4])
        assert abs(one.cost - row[4]) < 1e-9
        assert one.cost > 0


def test_filters(ledger: Ledger) -> None:
    denied = sessions(ledger, {"verdict": "deny"})
    assert denied
    assert all(one.denied for one in denied)
    assert {one.subject for one in sessions(ledger, {"caller": denied[0].subject})} == {denied[0].subject}
    early = sessions(ledger, {"until": round((SINCE.timestamp() + 86_400) * 1e6)})
    assert early
    assert max(one.began for one in early) <= (SINCE.timestamp() + 86_400) * 1e6
    assert sessions(ledger, {"text": "never said"}) == []
    assert sessions(ledger, {"connection": "none"}) == []


def test_a_text_is_looked_for_as_it_is_stored() -> None:
    assert as_stored('a "b"\n') == json.dumps('a "b"\n')[1:-1]
