"""A rule that stops a session: from the next request on, and only this one."""

from dataclasses import replace

import pytest

from sidecar.core.approval.answer import Answer, Outcome
from sidecar.core.exchange import events as e
from sidecar.core.exchange.commands import Ask, Forward, Respond
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.quarantine import MOST, Quarantine
from sidecar.core.model.action import Action
from sidecar.core.model.block import Block, Target, session_of
from sidecar.core.model.caller import Caller
from sidecar.core.model.finding import Verdict
from sidecar.core.model.http import ResponseHead
from tests.unit.core.exchange.building import CALLER, SSE, Call, ask, happened, request
from tests.unit.core.exchange.calling import answer, asking, calling, content, streamed, use
from tests.unit.core.exchange.held import APPROVED, DENIED, settled
from tests.unit.core.exchange.test_answer_denied import legal

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


BEHIND = {"type": "text", "text": "and so on"}


def flowing(world: Gate, *blocks: dict[str, object]) -> tuple[Call, bytes]:
    """A stream that is about to say its last, and what it would say."""
    stream = streamed(*blocks)
    at = stream.index(b"event: message_delta")
    call = Call(world).ask(request("hi", stream=True)).recorded()
    call.tell(e.ResponseStarted(ResponseHead(200, SSE), call.at))
    call.tell(e.ResponseChunk(stream[:at], call.at))
    return call, stream[at:]


def test_the_answer_in_which_the_rule_matched_goes_on_to_its_end() -> None:
    """Its block comes back from the control plane, as to every other exchange of the session."""
    world = calling(RULES)
    call, rest = flowing(world, use("rm x"), BEHIND)
    block = Block("q_gx_9", Target.QUARANTINE, session_of(CALLER), "x", 1.0)
    assert not call.exchange.minds(block)
    assert call.tell(e.Stopped(block, call.at)) == []
    call.tell(e.ResponseChunk(rest, call.at, end=True))
    assert [one.get("name") for one in content(call)] == ["blocked_by_policy", None]
    legal(call.received)
    assert call.facts["answered"]["complete"] is True
    assert not goes(ask(world, request("and now?")))


@pytest.mark.parametrize(("command", "target"), [("ls", Target.QUARANTINE), ("rm x", Target.SUBJECT)])
def test_any_other_answer_and_any_other_block_ends_at_once(command: str, target: Target) -> None:
    call, _ = flowing(calling(RULES), use(command), BEHIND)
    block = Block("b1", target, "ada", "x", 1.0)
    assert call.exchange.minds(block)
    call.tell(e.Stopped(block, call.at))
    assert happened(call.received)[-1]["type"] == "error"


def test_nobody_is_asked_about_a_call_of_a_session_that_is_stopped() -> None:
    """One that waited when the rule matched, and one that came after it."""
    calls = (use("buy"), use("rm x", id="toolu_2"), use("buy", id="toolu_3"), BEHIND)
    call = Call(calling(RULES)).ask(request("hi", stream=True)).recorded()
    stream = streamed(*calls)
    second = stream.index(b'"id":"toolu_2"')
    call.tell(e.ResponseStarted(ResponseHead(200, SSE), call.at))
    call.tell(e.ResponseChunk(stream[:second], call.at))
    call.recorded()
    assert call.one(Ask).asked.tool == "Bash"
    call.tell(e.ResponseChunk(stream[second:], call.at, end=True))
    assert call.facts["approval_decided"]["decision"] == "withdrawn"
    assert [one.get("name") for one in content(call)] == ["blocked_by_policy"] * 3 + [None]
    assert {one["input"]["rule"] for one in content(call)[:3]} == {"stops"}
    legal(call.received)
    assert len([one for one in call.said if isinstance(one, Ask)]) == 1


def test_after_a_no_nobody_is_asked_about_the_next() -> None:
    call = settled(asking(calling(RULES), use("buy"), use("buy", id="toolu_2"), stream=True), DENIED)
    assert len([one for one in call.said if isinstance(one, Ask)]) == 1
    assert [one["input"]["rule"] for one in content(call)] == ["asks", "asks"]
    assert call.facts["answered"]["complete"] is True


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
