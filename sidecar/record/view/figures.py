"""Figures by the hour: counted once, kept, and counted anew for an hour that got more events.

Strategy: a month of a million calls is seven hundred hours of a few dozen lines. Before anything is read, the hours
whose facts changed since they were counted are counted again, all of an hour at once: a late delivery, or one that came
twice, mends itself. An hour is counted together with the answers of the two hours after its beginning.

Rules:
- A line (hour, what, name) is replaced by a newer one, never added to. Each count of an hour ends with a mark; lines
  older than the last mark are gone.
- Milliseconds are kept as counts by size, sixteen sizes to each doubling: a percentile is right within 2.2 %.
- The last hours are looked at whenever somebody asks, at most every `SOON` seconds; all of them in a thread of their
  own, every `ALL` seconds. Only the first to ask waits for all.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from sidecar.record.clickhouse.place import Trouble
from sidecar.record.view.ledger import Ledger

HOUR = 3600
SOON, ALL = 2.0, 60.0  # seconds
LATELY = 4 * HOUR
AT_ONCE = 48 * HOUR  # counted in one statement: more would take memory
SIZES = 16  # to a doubling

LINES = """
SELECT toUnixTimestamp(hour), sum(lines) FROM (
    SELECT toStartOfHour(at) AS hour, count() AS lines FROM call_facts
    WHERE at >= toDateTime({since:Int64}, 'UTC') GROUP BY hour
    UNION ALL
    SELECT toStartOfHour(at) AS hour, count() AS lines FROM answer_facts
    WHERE at >= toDateTime({since:Int64}, 'UTC') GROUP BY hour
    UNION ALL
    SELECT toStartOfHour(at) AS hour, count() AS lines FROM finding_facts
    WHERE at >= toDateTime({since:Int64}, 'UTC') GROUP BY hour
) GROUP BY hour
"""
COUNTED = """
SELECT toUnixTimestamp(hour), argMax(number, counted) FROM hour_figures
WHERE what = 'lines' AND hour >= toDateTime({since:Int64}, 'UTC') GROUP BY hour
"""
COUNT = """
INSERT INTO hour_figures (hour, what, name, number, counted)
WITH
    c AS (
        SELECT * FROM call_facts FINAL
        WHERE at >= toDateTime({begin:Int64}, 'UTC') AND at < toDateTime({until:Int64}, 'UTC')
    ),
    a AS (
        SELECT * FROM answer_facts FINAL
        WHERE at >= toDateTime({begin:Int64}, 'UTC') AND at < toDateTime({until:Int64}, 'UTC') + 7200
    ),
    both AS (
        SELECT
            toStartOfHour(c.at) AS hour, c.exchange AS exchange, c.subject AS subject, c.model AS model,
            a.kind AS kind, a.input_tokens AS input, a.output_tokens AS output, a.cache_read_tokens AS cache_read,
            a.cache_write_tokens AS cache_write, a.gate_ms AS gate, a.upstream_ms AS upstream,
            multiIf('deny' IN (c.verdict, a.verdict), 'deny', 'hold' IN (c.verdict, a.verdict), 'hold',
                    'mask' IN (c.verdict, a.verdict), 'mask', 'allow') AS verdict,
            if(c.verdict = verdict, c.rule, a.rule) AS rule
        FROM c LEFT ANY JOIN a ON c.exchange = a.exchange
    ),
    found AS (
        SELECT toStartOfHour(at) AS hour, exchange, rule, detector, action, shadow FROM finding_facts FINAL
        WHERE at >= toDateTime({begin:Int64}, 'UTC') AND at < toDateTime({until:Int64}, 'UTC')
    )
SELECT hour, one.1 AS what, one.2 AS name, sum(one.3) AS number, {now:DateTime64(6, 'UTC')} FROM (
    SELECT hour, arrayJoin(arrayFilter(x -> x.3 > 0, [
        ('verdict', toString(verdict), toUInt64(1)),
        ('caller', toString(subject), toUInt64(1)),
        ('stopped', toString(rule), toUInt64(verdict IN ('deny', 'hold'))),
        ('input', toString(model), input), ('output', toString(model), output),
        ('cache_read', toString(model), cache_read), ('cache_write', toString(model), cache_write),
        ('gate', toString(round(16 * log2(1 + gate))), toUInt64(kind = 'answered')),
        ('upstream', toString(round(16 * log2(1 + upstream))), toUInt64(kind = 'answered'))
    ])) AS one FROM both
) GROUP BY hour, what, name
UNION ALL
SELECT hour, if(shadow, 'near', 'hit'), toString(rule), uniqExact(exchange), {now:DateTime64(6, 'UTC')} FROM (
    SELECT hour, exchange, rule, shadow FROM found
    UNION ALL SELECT hour, exchange, rule, 0 FROM both WHERE rule != ''
    UNION ALL SELECT toStartOfHour(at), exchange, arrayJoin(shadow_rules), 1 FROM c
) GROUP BY hour, shadow, rule
UNION ALL
SELECT hour, 'kept', toString(detector), count(), {now:DateTime64(6, 'UTC')} FROM found
WHERE shadow = 0 AND action = 'mask' GROUP BY hour, detector
UNION ALL
SELECT hour, 'by', concat(rule, '\t', detector), count(), {now:DateTime64(6, 'UTC')}
FROM found GROUP BY hour, rule, detector
"""
MARK = """
INSERT INTO hour_figures (hour, what, name, number, counted)
SELECT toDateTime(one.1, 'UTC'), 'lines', '', one.2, {{now:DateTime64(6, 'UTC')}}
FROM (SELECT arrayJoin([{pairs}]) AS one)
"""
# A line that the last count of its hour did not find again (a call that turned out to be denied) is left aside.
VALID = """
FROM (
    SELECT hour, what, name, number, counted FROM hour_figures FINAL
    WHERE hour >= toDateTime({begin:Int64}, 'UTC') AND hour < toDateTime({until:Int64}, 'UTC')
        AND what IN {what:Array(String)}
) AS f
LEFT JOIN (
    SELECT hour, max(counted) AS last FROM hour_figures
    WHERE hour >= toDateTime({begin:Int64}, 'UTC') AND hour < toDateTime({until:Int64}, 'UTC') AND what = 'lines'
    GROUP BY hour
) AS h ON f.hour = h.hour
WHERE counted >= last
"""
READ = f"""
SELECT intDiv(toUnixTimestamp(f.hour) - {{begin:Int64}}, {{step:Int64}}) AS piece, what, name, sum(number)
{VALID}
GROUP BY piece, what, name
"""
TOTAL = f"SELECT what, sum(number) {VALID} GROUP BY what"


@dataclass(frozen=True, slots=True)
class Figure:
    """`piece`: which of the span, from 0."""

    piece: int
    what: str
    name: str
    number: int


class Figures:
    """Of one database; several threads may ask."""

    def __init__(self, ledger: Ledger, clock: Callable[[], float] = time.time) -> None:
        self._ledger = ledger
        self._clock = clock
        self._counting = threading.Lock()
        self._soon = self._all = 0.0
        self._lines: dict[int, int] = {}

    def read(self, begin: float, until: float, step: float, what: Sequence[str]) -> list[Figure]:
        """Both ends are whole hours."""
        self.count()
        given = {"begin": int(begin), "until": int(until), "step": int(step), "what": list(what)}
        return [Figure(int(piece), *rest) for piece, *rest in self._ledger.rows(READ, given)]

    def total(self, begin: float, until: float, what: Sequence[str]) -> Mapping[str, int]:
        given = {"begin": int(begin), "until": int(until), "what": list(what)}
        return {str(name): int(number) for name, number in self._ledger.rows(TOTAL, given)}

    def count(self) -> None:
        """Count what changed."""
        now = self._clock()
        if not self._all:
            self._count(0.0)
            self._all = now
        elif now - self._all >= ALL:
            self._all = now
            threading.Thread(target=self._quietly, daemon=True).start()
        elif now - self._soon >= SOON:
            self._count(now - LATELY)
        self._soon = now

    def _quietly(self) -> None:
        """The next who asks is told what is the matter."""
        with suppress(Trouble):
            self._count(0.0)

    def _count(self, since: float) -> None:
        with self._counting:
            for begin, until in _runs(self._changed(since - since % HOUR)):
                self._recount(begin, until)

    def _changed(self, since: float) -> list[int]:
        """And the hour before each: an answer may have come to a call of that one."""
        given = {"since": int(since)}
        lines = {int(hour): int(number) for hour, number in self._ledger.rows(LINES, given)}
        counted = {int(hour): int(number) for hour, number in self._ledger.rows(COUNTED, given)}
        changed = {hour for hour, number in lines.items() if counted.get(hour) != number}
        self._lines = lines
        return sorted(changed | {hour - HOUR for hour in changed if hour - HOUR in lines})

    def _recount(self, begin: int, until: int) -> None:
        now = datetime.fromtimestamp(self._clock(), UTC)
        given: dict[str, object] = {"begin": begin, "until": until, "now": f"{now:%F %T.%f}"}
        self._ledger.do(COUNT, given)
        hours = [hour for hour in self._lines if begin <= hour < until]
        pairs = ", ".join(f"({hour}, {self._lines[hour]})" for hour in hours)  # numbers of ours
        self._ledger.do(MARK.format(pairs=pairs), given)


def percentile(sizes: Iterable[tuple[str, int]], share: float) -> float | None:
    """Of milliseconds kept by size; nothing if there are none."""
    known = sorted((float(size), number) for size, number in sizes)
    wanted, passed = share * sum(number for _, number in known), 0
    for size, number in known:
        passed += number
        if passed >= wanted:
            return float(2.0 ** (size / SIZES)) - 1.0
    return None


def _runs(hours: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Hours next to each other, together."""
    begin = before = None
    for hour in hours:
        if begin is None or before is None or hour != before + HOUR or hour - begin >= AT_ONCE:
            if begin is not None and before is not None:
                yield begin, before + HOUR
            begin = hour
        before = hour
    if begin is not None and before is not None:
        yield begin, before + HOUR
