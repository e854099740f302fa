"""On which terms a held call waits, as the rule that holds it says."""

from dataclasses import dataclass

# The agent's client gives up after ten minutes by itself; a rule may wait longer, and the retry finds its ticket.
STANDARD_TIMEOUT = 600.0


@dataclass(frozen=True, slots=True)
class Terms:
    """`approvers`: groups of which a person must be one; none named: anyone who may review. `approvals`: how many
    different people must say yes. `reuse`: for so many seconds a person may extend a yes to the same rule in the same
    session; None: one call only."""

    approvers: tuple[str, ...] = ()
    approvals: int = 1
    timeout: float = STANDARD_TIMEOUT
    rationale_required: bool = False
    reuse: float | None = None
