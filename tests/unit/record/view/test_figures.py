"""Figures by the hour equal what the events say, also after more came, came late or came twice."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sidecar.record.view.figures import ALL, SOON, Figures, percentile
from sidecar.record.view.ledger import Ledger
from tests.unit.record.view.conftest import EXCHANGES, SINCE, UNTIL

BEGIN, END = SINCE.timestamp() - 86_400, UNTIL.timestamp() + 86_400
CALL = """
INSERT INTO call_facts (at, exchange, chain, subject, model, verdict, rule)
SELECT toDateTime64('2026-03-20 10:30:00', 6, 'UTC'), '{0}', 'gc_late', 'late', 'claude-x', 'deny', 'late-rule'
"""
ALLOWED = """
INSERT INTO call_facts (at, exchange, chain, subject, verdict) VALUES ('{}', 'gx_turned', 'gc_late', 'x', 'allow')
"""
DENIED = """
INSERT INTO answer_facts (at, exchange, chain, kind, verdict) VALUES ('{}', 'gx_turned', 'gc_late', 'cut', 'deny')
"""


class Clock:
    def __init__(self) -> None:
        self.now = UNTIL.timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def figures(ledger: Ledger, clock: Clock) -> Iterator[Figures]:
    yield Figures(ledger, clock)
    ledger.do("DELETE FROM call_facts WHERE chain = 'gc_late'")
    ledger.do("DELETE FROM answer_facts WHERE chain = 'gc_late'")
    ledger.do("TRUNCATE TABLE hour_figures")


def summed(figures: Figures, *what: str, step: float = 86_400) -> Counter[tuple[str, str]]:
    sums: Counter[tuple[str, str]] = Counter()
    for one in figures.read(BEGIN, END, step, what):
        sums[one.what, one.name] += one.number
    return sums


def test_they_are_what_the_events_say(figures: Figures, ledger: Ledger) -> None:
    sums = summed(figures, "verdict", "output", "hit", "near", "kept")
    assert sum(number for (what, _), number in sums.items() if what == "verdict") == EXCHANGES
    for verdict, number in ledger.rows("SELECT verdict, count() FROM exchanges GROUP BY verdict"):
        assert sums["verdict", verdict] == number
    for model, number in ledger.rows("SELECT model, sum(output_tokens) FROM exchanges GROUP BY model"):
        assert sums["output", model] == number
    near = "SELECT rule, uniqExact(exchange) FROM findings WHERE shadow GROUP BY rule"
    assert {("near", rule): number for rule, number in ledger.rows(near)} == {
        key: number for key, number in sums.items() if key[0] == "near"
    }
    hits = "SELECT rule, count() FROM exchanges WHERE rule != '' GROUP BY rule"
    for rule, number in ledger.rows(hits):
        assert sums["hit", rule] == number
    kept = ledger.rows("SELECT count() FROM findings WHERE shadow = 0 AND action = 'mask'")[0][0]
    assert sum(number for (what, _), number in sums.items() if what == "kept") == kept


@pytest.mark.parametrize("step", [3_600, 21_600, 86_400])
def test_pieces_of_any_size_add_up(step: float, figures: Figures) -> None:
    pieces = [one.piece for one in figures.read(BEGIN, END, step, ["verdict"])]
    assert 0 <= min(pieces) <= max(pieces) < (END - BEGIN) / step
    assert figures.total(BEGIN, END, ["verdict"])["verdict"] == EXCHANGES


def test_what_comes_late_is_counted_once_however_often_it_comes(figures: Figures, ledger: Ledger, clock: Clock) -> None:
    assert summed(figures, "caller")["caller", "late"] == 0
    for _ in range(2):
        ledger.do(CALL.format("gx_late"))
    again = Figures(ledger, clock)
    assert summed(again, "caller", "hit")["caller", "late"] == 1
    assert summed(again, "hit")["hit", "late-rule"] == 1


def test_what_turned_out_otherwise_is_counted_as_that_only(figures: Figures, ledger: Ledger, clock: Clock) -> None:
    begin = UNTIL.timestamp() + 3_600  # an hour in which nothing else is
    for moment, sql, expected in ((begin, ALLOWED, "allow"), (begin + 60, DENIED, "deny")):
        ledger.do(sql.format(f"{datetime.fromtimestamp(moment, UTC):%F %T}"))
        clock.now = moment + 120
        found = Figures(ledger, clock).read(begin, begin + 3_600, 3_600, ["verdict"])
        assert [(one.name, one.number) for one in found] == [(expected, 1)]
        assert figures.total(begin, begin + 3_600, ["verdict"]) == {"verdict": 1}


def test_between_two_looks_nothing_is_asked(figures: Figures, ledger: Ledger, clock: Clock) -> None:
    clock.now = 1_774_000_000.0 + SOON
    summed(figures, "caller")
    ledger.do(CALL.format("gx_soon"))
    clock.now += SOON / 2
    assert summed(figures, "caller")["caller", "late"] == 0
    assert ALL > SOON


def test_the_last_hours_are_looked_at_soon(figures: Figures, ledger: Ledger, clock: Clock) -> None:
    clock.now = 1_774_000_800.0 + 2_000  # 2026-03-20 10:33:20
    summed(figures, "caller")
    ledger.do(CALL.format("gx_now"))
    clock.now += SOON
    assert summed(figures, "caller")["caller", "late"] == 1


def test_percentiles_of_sizes() -> None:
    assert percentile([], 0.5) is None
    sizes = [("16", 90), ("32", 9), ("48", 1)]
    assert [percentile(sizes, share) for share in (0.5, 0.95, 1.0)] == [1.0, 3.0, 7.0]
