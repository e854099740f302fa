"""Whatever ends a call that waits is recorded, and the question with it."""

from sidecar.core.exchange import events as e
from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.exchange import STEPS, State
from sidecar.core.model.http import ResponseHead
from tests.unit.core.exchange.building import SSE, Call, ask, gate, message, request, text_block
from tests.unit.core.exchange.happening import ANSWERS, STOPPED
from tests.unit.core.exchange.held import PROMPT, held, holding, kinds


def test_in_every_state_somebody_can_go_or_be_stopped() -> None:
    alive = {state for state, _ in STEPS}
    assert {state for state, event in STEPS if event is e.Stopped} == alive
    assert alive == set(State) - {State.OVER, State.DEAD}


def test_who_goes_away_withdraws() -> None:
    call, one = held(holding(), request(PROMPT))
    call.tell(e.Gone(1009.0))
    assert kinds(call.said)[-2:] == ["approval_decided", "cut"]
    decided = call.facts["approval_decided"]
    assert (decided["approval"], decided["decision"], decided["waited_seconds"]) == (one.id, "withdrawn", 9.0)
    assert call.facts["cut"]["state"] == "holding"


def test_who_is_stopped_withdraws_too() -> None:
    call, _ = held(holding(), request(PROMPT))
    call.tell(STOPPED)
    assert call.facts["approval_decided"]["decision"] == "withdrawn"
    assert call.facts["stopped"]["state"] == "holding"
    assert call.recorded().reply.status == 451


def test_an_answer_that_was_stopped_is_written_down_once() -> None:
    call = Call(gate()).ask(request("hi")).recorded()
    for event in (ANSWERS, e.ResponseChunk(b'{"type":', 5.0), STOPPED, e.Gone(9.0)):
        call.tell(event)
    first, second = [one.fact for one in call.said if isinstance(one, Record) and one.kind == "cut"]
    assert (first["state"], first["status"]) == ("collecting", 200)
    assert second == {"exchange": "gx_1", "at": 9.0, "state": "refusing"}


def test_who_leaves_when_all_was_said_was_answered() -> None:
    whole = message(text_block(0, "x"))
    for note, came, kind in (("all of it", whole, "answered"), ("a part", whole[:-30], "cut")):
        call = ask(gate(), request("hi", stream=True))
        for event in (e.ResponseStarted(ResponseHead(200, SSE), 5.0), e.ResponseChunk(came, 6.0), e.Gone(9.0)):
            call.tell(event)
        assert kinds(call.said)[-1:] == [kind], note
        assert call.facts[kind]["complete"] is (kind == "answered"), note
