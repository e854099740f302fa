"""A request that leaves HTTP: for how long, and what ends it."""

import json

from sidecar.core.exchange import events as e
from sidecar.core.exchange.commands import Fail, WakeAt
from sidecar.core.exchange.exchange import State
from sidecar.core.model.action import Action
from sidecar.core.model.finding import Verdict
from sidecar.core.model.http import ResponseHead
from tests.unit.core.exchange.building import CALLER, MASKS, Call, ask, gate, request
from tests.unit.core.exchange.happening import STOPPED
from tests.unit.core.exchange.plain.sockets import LIVE, opened, taking
from tests.unit.core.wire.plain.test_websocket import GRANTS


def wakes(call: Call) -> list[float | None]:
    return [one.at for one in call.said if isinstance(one, WakeAt)]


def test_it_is_looked_at_now_and_then_until_its_time_is_over() -> None:
    call = opened(taking())
    assert wakes(call) == [1005.0]
    for at in (1005.0, 1058.0):
        call.tell(e.Tick(at))
    assert wakes(call)[-2:] == [1010.0, 1000.0 + LIVE.upgrade_timeout]
    assert call.exchange.state is State.TUNNEL
    call.tell(e.Tick(1060.0))
    assert isinstance(call.said[-1], Fail)
    told = call.facts["answered"]
    assert (told["complete"], told["seconds"]) == (False, 60.0)
    assert told["broken"] == "The WebSocket was cut: its time was over (upgrade_timeout)."
    assert call.exchange.state is State.OVER


def test_other_rules_end_it() -> None:
    world = taking()
    call = opened(world)
    call.tell(e.Tick(1005.0))
    world.rules = gate(MASKS, "paths: ['GET /feed']").rules
    call.tell(e.Tick(1010.0))
    assert any(isinstance(one, Fail) for one in call.said)
    assert "other rules are in force" in str(call.facts["answered"]["broken"])


def test_a_session_that_a_rule_stopped_keeps_no_socket() -> None:
    world = taking()
    call = opened(world)
    world.quarantine.put(CALLER, Verdict(Action.DENY, "never", "p", "Stop."), "gx_0", 1002.0)
    call.tell(e.Tick(1005.0))
    assert isinstance(call.said[-1], Fail)
    assert "rule never has stopped this session" in str(call.facts["answered"]["broken"])


def test_who_is_stopped_is_cut() -> None:
    call = opened(taking())
    call.tell(STOPPED)
    assert isinstance(call.said[-1], Fail)
    assert call.facts["stopped"]["state"] == "tunnel"
    assert "a leak is suspected" in str(call.facts["answered"]["broken"])
    before = len(call.said)
    call.tell(e.Gone(1002.0))
    assert len(call.said) == before


def test_a_frame_that_is_shown_is_a_mistake() -> None:
    call = opened(taking())
    assert isinstance(call.tell(e.ResponseChunk(b"x", 1001.0))[0], Fail)
    assert call.exchange.state is State.DEAD


def test_nobody_leaves_http_who_did_not_ask() -> None:
    call = ask(gate(), request("hi"))
    call.tell(e.ResponseStarted(ResponseHead(101, GRANTS), 1001.0))
    assert call.reply.status == 502
    assert "nobody had asked" in json.loads(call.reply.body)["error"]["message"]
    assert call.facts["cut"]["state"] == "forwarded"
