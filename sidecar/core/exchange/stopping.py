"""What is told and recorded when people stop a caller or a connection.

Strategy: what has not left is refused, what is on its way ends as an error. Tried with the real SDK: after an `error`
event in a stream it sends the request once more without streaming, is refused, and ends its run with the reason. Ended
as an ordinary message, the run would count as a success.

Rule: 451, for the reasons that stand in `holding`: shown as it is, and sent once.
"""

from collections.abc import Mapping

from sidecar.core.detect.compiled import Compiled
from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.fact import storable
from sidecar.core.model.block import Block

RULE = "blocked"
STATUS = 451


def stopped(block: Block, compiled: Compiled) -> Refused:
    """The sentence for the client."""
    reason = storable(block.reason, compiled) or ""
    message = (
        f"Stopped by the people who run this gate: {reason}" if reason else "Stopped by the people who run this gate."
    )
    return Refused(STATUS, Code.PERMISSION, message, rule=RULE, headers={"x-should-retry": "false"})


def stopped_fact(exchange: str, block: Block, state: str, at: float, compiled: Compiled) -> Mapping[str, object]:
    return {
        "exchange": exchange,
        "at": at,
        "block": block.id,
        "target": block.target.value,
        "reason": storable(block.reason, compiled),
        "state": state,
    }
