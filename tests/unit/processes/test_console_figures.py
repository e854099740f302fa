"""The overview's figures are those of the record."""

from itertools import pairwise

import pytest

from sidecar.control.web.questions.figures import Overview, RuleHits, Span
from sidecar.processes.console_figures import MODELS, MOST, overview_of, rule_hits
from sidecar.record.view.figures import Figures
from sidecar.record.view.ledger import Ledger
from tests.unit.record.view.conftest import EXCHANGES, SINCE, UNTIL

DAY = 86_400.0
SPAN = Span(SINCE.timestamp() - DAY, UNTIL.timestamp() + DAY, DAY)


@pytest.fixture(scope="module")
def figures(ledger: Ledger) -> Figures:
    return Figures(ledger, UNTIL.timestamp)


@pytest.fixture(scope="module")
def found(figures: Figures, ledger: Ledger) -> Overview:
    return overview_of(figures, ledger, SPAN)


def test_every_call_is_there_once(found: Overview, ledger: Ledger) -> None:
    assert found.calls == EXCHANGES
    assert {len(row) for row in found.verdicts.values()} == {len(SPAN.moments)}
    for verdict, number in ledger.rows("SELECT verdict, count() FROM exchanges GROUP BY verdict"):
        assert found.of(verdict) == number
    assert found.people == ledger.rows("SELECT uniqExact(subject) FROM exchanges")[0][0]


def test_money_is_what_the_tokens_cost(found: Overview, ledger: Ledger) -> None:
    cost, tokens = ledger.rows(
        "SELECT sum(cost), sum(input_tokens + output_tokens + cache_read_tokens + cache_write_tokens) FROM exchanges"
    )[0]
    assert found.cost == pytest.approx(cost)
    assert found.tokens == tokens
    totals = [sum(row) for row in found.spend.values()]
    assert totals == sorted(totals, reverse=True)
    assert 1 < len(totals) <= MODELS + 1


def test_holds_are_counted_where_they_were_asked(found: Overview, ledger: Ledger) -> None:
    asked = ledger.rows("SELECT count() FROM approvals")[0][0]
    assert found.holds.asked == sum(found.hold_counts) == asked > 0
    assert found.holds.approved + found.holds.denied + found.holds.expired == asked
    assert found.holds.median is not None
    assert found.holds.slow is not None
    assert found.holds.median <= found.holds.slow
    shown = [one for one in found.hold_seconds if one is not None]
    assert min(shown) >= 4


def test_waits_grow_with_their_share(found: Overview) -> None:
    for what in ("gate", "upstream"):
        by = [found.percentiles[f"{what} {share}"] for share in ("p50", "p90", "p99")]
        assert by == sorted(by)
    assert 2 <= found.percentiles["gate p50"] < 10


def test_the_most_frequent_come_first(found: Overview) -> None:
    for counted in (found.masked, found.rules, found.callers):
        assert 0 < len(counted) <= MOST
        assert all(one.count >= other.count for one, other in pairwise(counted))
    assert found.callers[0].name != ""


def test_what_was_before(figures: Figures, ledger: Ledger) -> None:
    half = (SPAN.until - SPAN.begin) / 2
    later = overview_of(figures, ledger, Span(SPAN.begin + half, SPAN.until, DAY))
    assert later.before + later.calls == EXCHANGES
    assert later.before > 0


def test_hits_and_near_misses_of_rules(figures: Figures) -> None:
    rows = rule_hits(figures, SPAN)
    by = {one.rule: one for one in rows}
    totals = [sum(one.hits) + sum(one.near) for one in rows]
    assert totals == sorted(totals, reverse=True)
    assert _sums(by["no-zephyr"])[0] > 0
    assert _sums(by["costly"])[0] == 0 < _sums(by["costly"])[1]
    assert all(one.startswith(("pii/", "secret/")) for one in by["emails"].detectors)
    assert 0 < len(by["emails"].detectors) <= 4


def _sums(one: RuleHits) -> tuple[float, float]:
    return sum(one.hits), sum(one.near)
