"""A rule that stops a session: from the next request on, and only this one."""

from dataclasses import replace

import pytest

from sidecar.core.approval.answer import Answer, Outcome
from sidecar.core.exchange.commands import Forward, Respond
from sidecar.core.exchange.quarantine import MOST, Quarantine
from sidecar.core.model.action import Action
from sidecar.core.model.block import Block
from sidecar.core.model.caller import Caller
from sidecar.core.model.finding import Verdict
from tests.unit.core.exchange.building import CALLER, Call, ask, request
from tests.unit.core.exchange.calling import answer, asking, calling, content, use
from tests.unit.core.exchange.held import APPROVED, DENIED, settled

RULES = """
  - {id: stops, effect: [destroys_data], do: deny, say: Not that., quarantine: true}
  - {id: asks, effect: [spends], do: hold, quarantine: true}
"""
VERDICT = Verdict(Action.DENY, "r", "p", "No.", quarantine=True)


def goes(call: Call) -> bool:
    return any(isinstance(one, Forward) for one in call.said)


@pytest.mark.parametrize("stream", [True, False])
def test_the_rest_of_the_session_is_refused_until_it_is_lifted(stream: bool) -> None:
    world = calling(RULES)
    call = answer(world, use("rm x"), use("ls", id="toolu_2"), stream=stream)
    assert [one["name"] for one in content(call)] == ["blocked_by_policy", "blocked_by_policy"]
    fact = call.facts["quarantined"]
    assert (fact["rule"], fact["block"], fact["target"]) == ("stops", "q_gx_1", "quarantine")
    after = ask(world, request("and now?"))
    assert not goes(after)
    assert (after.one(Respond).status, after.fact["rule"]) == (451, "blocked")
    assert "rule stops has stopped this session: Not that." in after.error["message"]
    assert goes(ask(world, request("x"), caller=replace(CALLER, claimed_session="s-2")))
    assert goes(ask(world, request("x"), caller=replace(CALLER, subject="bob")))
    assert world.quarantine.lift("q_gx_1")
    assert goes(ask(world, request("again")))


def test_an_allowed_call_stops_nothing() -> None:
    world = calling(RULES)
    assert "quarantined" not in answer(world, use("ls"), stream=True).facts
    assert goes(ask(world, request("x")))


@pytest.mark.parametrize(
    ("said", "stopped"), [(APPROVED, False), (DENIED, True), (Answer(Outcome.EXPIRED), False)], ids=["yes", "no", "-"]
)
def test_a_held_call_stops_the_session_only_when_a_person_says_no(said: Answer, stopped: bool) -> None:
    world = calling(RULES)
    call = settled(asking(world, use("buy"), stream=True), said)
    assert ("quarantined" in call.facts) is stopped
    assert goes(ask(world, request("x"))) is not stopped


def test_a_session_that_only_its_body_names() -> None:
    world, caller = calling(RULES), replace(CALLER, claimed_session=None)
    named = {"metadata": {"user_id": "user_a_session_01234567-0123-0123-0123-0123456789ab"}}
    Call(world).ask(request("hi", **named), caller=caller).recorded().answered(
        {"type": "message", "content": [use("rm x")]}
    )
    assert not goes(ask(world, request("x", **named), caller=caller))
    assert goes(ask(world, request("x"), caller=caller))


def test_bounded_and_the_same_again_is_the_one_that_stands() -> None:
    quarantine = Quarantine()
    told: list[Block] = []
    quarantine.tell = told.append
    first = quarantine.put(CALLER, VERDICT, "gx_1", 1.0)
    assert quarantine.put(CALLER, VERDICT, "gx_2", 2.0) == first
    assert told == [first]
    for number in range(MOST):
        quarantine.put(Caller("ada", "company", (), f"other {number}"), VERDICT, "gx", 3.0)
    assert len(quarantine) == MOST
    assert quarantine.against(CALLER) is None
    assert not quarantine.lift("nothing")
