"""Calls that waited for people: when, for how long, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.record.view.ledger import Ledger

# An approval may lie here in two lines until the database merges them; `max` of a value and of nothing is the value.
HOLDS = """
SELECT
    toUnixTimestamp64Micro(assumeNotNull(max(asked_at))) / 1e6 AS asked, max(decision),
    if(max(decided_at) IS NULL, NULL, dateDiff('millisecond', max(asked_at), max(decided_at)) / 1000)
FROM approval_facts
GROUP BY approval
HAVING max(asked_at) IS NOT NULL AND asked >= {begin:Float64} AND asked < {until:Float64}
"""


@dataclass(frozen=True, slots=True)
class Hold:
    asked: float
    decision: str
    seconds: float | None


def holds(ledger: Ledger, begin: float, until: float) -> Sequence[Hold]:
    return [Hold(*row) for row in ledger.rows(HOLDS, {"begin": begin, "until": until})]
