"""A denied call of an agent's own stops its session, where the rule says so."""

from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.outcome import Arrived
from sidecar.core.exchange.stopping import stopped_fact
from sidecar.core.model.action import Action
from sidecar.core.model.caller import Caller
from sidecar.core.model.finding import Verdict


def quarantined(gate: Gate, caller: Caller, arrived: Arrived, verdict: Verdict) -> list[Record]:
    """From now on; what the record hears of it."""
    if verdict.action is not Action.DENY or not verdict.quarantine:
        return []
    block = gate.quarantine.put(caller, verdict, arrived.id, arrived.at)
    note = stopped_fact(arrived.id, block, "recording", arrived.at, gate.rules.compiled)
    return [Record("quarantined", {**note, "rule": verdict.rule, "policy_name": verdict.policy}, wait=False)]
