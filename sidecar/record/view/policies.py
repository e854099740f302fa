"""Which policies were in force in a time, and which were refused."""

from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.record.view.ledger import Ledger

# What a gate said when it loaded them, and the calls that they judged. The calls are counted in the order of time.
IN_FORCE = """
SELECT
    if(g.digest = '', c.policy, g.digest) AS digest, g.policies, g.since, c.calls, c.last
FROM (
    SELECT
        JSONExtractString(fact, 'digest') AS digest,
        argMax(JSONExtract(fact, 'policies', 'Array(String)'), at) AS policies,
        toUnixTimestamp64Micro(max(at)) / 1e6 AS since
    FROM gate_facts WHERE kind = 'policy_loaded' GROUP BY digest
) AS g
FULL OUTER JOIN (
    SELECT policy, count() AS calls, toUnixTimestamp64Micro(max(at)) / 1e6 AS last FROM call_facts
    WHERE at >= toDateTime64({begin:Float64}, 6, 'UTC') AND at < toDateTime64({until:Float64}, 6, 'UTC')
        AND policy != ''
    GROUP BY policy
) AS c ON g.digest = c.policy
WHERE c.calls > 0 OR g.since >= {begin:Float64}
ORDER BY greatest(c.last, g.since) DESC
LIMIT 20
"""
REFUSED = """
SELECT arrayJoin(JSONExtract(fact, 'mistakes', 'Array(String)')) FROM (
    SELECT fact FROM gate_facts
    WHERE kind = 'policy_refused' AND at >= toDateTime64({begin:Float64}, 6, 'UTC') ORDER BY at DESC LIMIT 1
)
"""


@dataclass(frozen=True, slots=True)
class InForce:
    digest: str
    policies: Sequence[str]
    since: float | None
    calls: int
    last: float | None


def in_force(ledger: Ledger, begin: float, until: float) -> Sequence[InForce]:
    rows = ledger.rows(IN_FORCE, {"begin": begin, "until": until})
    return [InForce(digest, names, since or None, calls, last or None) for digest, names, since, calls, last in rows]


def refused(ledger: Ledger, begin: float) -> Sequence[str]:
    """What was wrong with the last ones that were refused."""
    return [str(row[0]) for row in ledger.rows(REFUSED, {"begin": begin})]
