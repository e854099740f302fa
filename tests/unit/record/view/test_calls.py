"""Calls as lines."""

from sidecar.record.view.calls import MOST, calls, newest
from sidecar.record.view.ledger import Ledger


def test_they_come_newest_first_and_in_pages_without_a_gap(ledger: Ledger) -> None:
    first = calls(ledger, {})
    assert len(first) == MOST
    second = calls(ledger, {"before": first[-1].began, "name": first[-1].exchange})
    moments = [(one.began, one.exchange) for one in (*first, *second)]
    assert moments == sorted(moments, reverse=True)
    assert len(set(moments)) == 2 * MOST
    listed = ledger.rows("SELECT exchange FROM exchanges ORDER BY at DESC, exchange DESC")[: 2 * MOST]
    assert [one.exchange for one in (*first, *second)] == [row[0] for row in listed]


def test_a_line_is_the_call_with_its_answer(ledger: Ledger) -> None:
    for one in calls(ledger, {}):
        row = ledger.rows(
            "SELECT subject, session, verdict, rule, outcome, input_tokens + cache_read_tokens + cache_write_tokens + "
            "output_tokens, request_findings + answer_findings FROM exchanges WHERE exchange = {x:String}",
            {"x": one.exchange},
        )[0]
        assert (one.subject, one.session, one.verdict, one.rule, one.outcome, one.tokens, one.findings) == tuple(row)


def test_filters(ledger: Ledger) -> None:
    found = calls(ledger, {"verdict": "deny", "connection": "claude", "caller": None})
    assert {(one.verdict, one.connection, one.outcome, one.status) for one in found} == {
        ("deny", "claude", "refused", 400)
    }
    subject = found[0].subject
    assert {one.subject for one in calls(ledger, {"caller": subject})} == {subject}
    assert calls(ledger, {"caller": "'; DROP TABLE call_facts"}) == []


def test_what_is_newer_is_what_began_or_ended_since(ledger: Ledger) -> None:
    last = newest(ledger)
    assert calls(ledger, {"newer": last}) == []
    found = calls(ledger, {"newer": last - 1})
    assert [one.changed for one in found] == [last]
