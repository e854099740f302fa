"""The chains of the record as counts: how long each is, and how far it is signed.

Rules: a count is no proof; a check proves. It says at once what a check would find first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.record.view.ledger import Ledger

MOST = 100
# Whoever restarts a gate begins a chain: the newest are the ones to look at.
CHAINS = """
SELECT chain, count() AS events, max(seq) - events, toUnixTimestamp64Micro(min(at)) / 1e6,
    toUnixTimestamp64Micro(max(at)) / 1e6 AS last
FROM events GROUP BY chain ORDER BY last DESC LIMIT {most:UInt32}
"""
SIGNED = "SELECT chain, max(count), uniqExact(seq) FROM checkpoint_facts GROUP BY chain"
CLOSED = "SELECT DISTINCT chain FROM gate_facts WHERE kind = 'chain_closed'"


@dataclass(frozen=True, slots=True)
class Standing:
    """`missing`: numbers below the last that are not there. `unsigned`: events after the last checkpoint."""

    name: str
    events: int
    missing: int
    unsigned: int
    checkpoints: int
    first: float
    last: float
    closed: bool


def chains(ledger: Ledger, most: int = MOST) -> Sequence[Standing]:
    """The newest first."""
    signed = {row[0]: (int(row[1]), int(row[2])) for row in ledger.rows(SIGNED)}
    closed = {row[0] for row in ledger.rows(CLOSED)}
    found = []
    for name, events, missing, first, last in ledger.rows(CHAINS, {"most": most}):
        covered, checkpoints = signed.get(name, (0, 0))
        unsigned = max(0, events + missing - covered)
        found.append(Standing(name, events, max(0, missing), unsigned, checkpoints, first, last, name in closed))
    return found
