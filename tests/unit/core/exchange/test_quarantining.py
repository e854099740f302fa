"""A rule that stops a session where an agent calls by itself."""

from sidecar.core.exchange.outcome import Arrived
from sidecar.core.exchange.quarantining import quarantined
from sidecar.core.model.action import Action
from sidecar.core.model.finding import Verdict
from sidecar.core.model.http import RequestHead
from tests.unit.core.exchange.building import CALLER, gate

ARRIVED = Arrived("gx_1", RequestHead("GET", "/", ()), CALLER, None, 5.0)


def test_only_a_denial_that_says_so() -> None:
    world = gate()
    for verdict in (Verdict(Action.DENY, "r"), Verdict(Action.HOLD, "r", quarantine=True)):
        assert quarantined(world, CALLER, ARRIVED, verdict) == []
    (note,) = quarantined(world, CALLER, ARRIVED, Verdict(Action.DENY, "r", "p", "No.", quarantine=True))
    assert (note.kind, note.fact["rule"]) == ("quarantined", "r")
    assert world.quarantine.against(CALLER) is not None
