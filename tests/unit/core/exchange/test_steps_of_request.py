"""A request is decided once, and what was decided is kept as long as it is needed."""

from sidecar.core.exchange import events as e
from sidecar.core.exchange.exchange import Exchange, State
from sidecar.core.model.http import RequestHead
from tests.unit.core.exchange.building import CALLER, JSON, Call, gate, request


def test_before_the_decision_only_the_caller_is_known() -> None:
    exchange = Exchange(gate(), "gx_1")
    exchange.receive(e.RequestStarted(RequestHead("POST", "/v1/messages", JSON), CALLER, 1.0))
    assert exchange.who == (CALLER, "")
    assert exchange.state is State.READING


def test_an_unknown_caller_stays_unknown() -> None:
    call = Call(gate()).ask(request("hi"), caller=None)
    assert call.exchange.who is None
    assert call.fact["refused_with"] == 401
