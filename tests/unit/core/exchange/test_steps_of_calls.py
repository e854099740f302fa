"""Tool calls that wait for people while the answer goes on, in streams and in whole answers."""

import json

import pytest

from sidecar.core.approval.answer import Answer, Decider, Outcome
from sidecar.core.exchange import events as e
from sidecar.core.exchange.commands import Ask, Fail, Record, SendAnswer, WakeAt
from sidecar.core.exchange.course import UNRECORDED
from sidecar.core.exchange.exchange import State
from sidecar.core.model.block import Block, Target
from sidecar.core.model.http import ResponseHead
from tests.unit.core.exchange.building import JSON, MAIL, SSE, Call, happened, request
from tests.unit.core.exchange.calling import ID, RULES, asking, calling, content, reply, stop_reason, streamed, use
from tests.unit.core.exchange.held import APPROVED, DENIED, YES, kinds, question, settled
from tests.unit.core.exchange.test_answer_denied import legal

WORLD = calling()
BOTH = pytest.mark.parametrize("stream", [True, False])
TEXT, BUY, LIST = {"type": "text", "text": "so"}, use("buy"), use("ls", id="toolu_2")
LATER = {"type": "text", "text": "later"}


def tool_calls(call: Call) -> list[dict[str, object]]:
    return [dict(one.fact) for one in call.said if isinstance(one, Record) and one.kind == "tool_call"]


def over(call: Call) -> bool:
    return call.exchange.state is State.OVER and any(isinstance(one, SendAnswer) and one.end for one in call.said)


@BOTH
def test_it_leaves_byte_for_byte_when_people_say_yes(stream: bool) -> None:
    blocks = (TEXT, BUY, LIST, LATER)
    call = asking(WORLD, *blocks, stream=stream)
    assert b"buy" not in call.received
    assert not over(call)
    settled(call, APPROVED)
    assert call.received == (streamed(*blocks) if stream else json.dumps(reply(*blocks), ensure_ascii=False).encode())
    assert over(call)
    fact = next(one for one in tool_calls(call) if one["tool"] == "Bash" and one["approval"])
    assert (fact["verdict"], fact["approval"], fact["left_as"]) == ("hold", "gx_1.call1.1", "passes")
    said = kinds(call.said)
    assert said.index("approval_asked") < said.index("approval_decided") < said.index("answered")
    assert call.facts["approval_asked"]["call"] == ID
    assert call.facts["answered"]["verdict"] == "hold"


@BOTH
@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (DENIED, "Denied by grace: not on a Friday"),
        (Answer(Outcome.EXPIRED, "t"), "Nobody decided within 10 minutes."),
        (Answer(Outcome.UNAVAILABLE), "nobody can be asked right now"),
        (Answer(Outcome.WAITING), "Nobody has decided yet."),
        (Answer(Outcome.WITHDRAWN), "withdrawn"),
        (Answer(Outcome.TOO_MANY), "Too many of your calls wait"),
    ],
)
def test_it_is_denied_on_anything_else_and_the_rest_leaves(outcome: Answer, sentence: str, stream: bool) -> None:
    call = asking(WORLD, TEXT, BUY, LIST, LATER, stream=stream)
    settled(call, outcome)
    first, turned, second, last = content(call)
    assert (first, second, last) == (TEXT, LIST, LATER)
    assert (turned["name"], turned["id"], turned["input"]["rule"]) == ("blocked_by_policy", ID, "asks")
    assert sentence in turned["input"]["reason"]
    assert over(call)
    fact = next(one for one in tool_calls(call) if one["call"] == ID)
    assert (fact["verdict"], fact["approval"]) == ("deny", "gx_1.call1.1")


def test_what_stands_before_has_left_and_what_follows_waits_behind_it() -> None:
    call = asking(WORLD, TEXT, BUY, LIST, LATER, stream=True)
    assert content(call) == [TEXT]
    assert call.received == streamed(TEXT, BUY, LIST, LATER)[: len(call.received)]


def test_pings_leave_meanwhile() -> None:
    call = asking(WORLD, TEXT, BUY, stream=True)
    wake = [one.at for one in call.said if isinstance(one, WakeAt)][-1]
    assert wake is not None
    before = len(call.received)
    call.tell(e.Tick(wake))
    assert happened(call.received[before:]) == [{"type": "ping"}]
    settled(call, APPROVED)
    legal(call.received)
    assert [one["type"] for one in content(call)] == ["text", "tool_use"]


@pytest.mark.parametrize("first", [APPROVED, DENIED])
@BOTH
def test_one_after_the_other(first: Answer, stream: bool) -> None:
    call = asking(WORLD, BUY, use("buy 2", id="toolu_3"), stream=stream)
    assert question(call.said).call == ID
    settled(call, first)
    assert not over(call)
    assert (len(content(call)) == 1) if stream else not call.received
    call.recorded()
    assert (question(call.said).call, question(call.said).id) == ("toolu_3", "gx_1.call2.1")
    settled(call, APPROVED)
    name = "Bash" if first is APPROVED else "blocked_by_policy"
    assert [one["name"] for one in content(call)] == [name, "Bash"]
    assert over(call)


@BOTH
def test_every_rule_that_holds_has_its_own_question(stream: bool) -> None:
    more = RULES + "  - {id: second, where: [tool_call], match: {tool: Bash}, do: hold}\n"
    call = asking(calling(more), BUY, stream=stream)
    settled(call, APPROVED).recorded()
    assert [one.asked.rule for one in call.said if isinstance(one, Ask)] == ["asks", "second"]
    assert b"buy" not in call.received
    settled(call, DENIED)
    assert content(call)[0]["input"]["rule"] == "second"


def test_a_stricter_rule_asks_nobody() -> None:
    call = asking(WORLD, use("rm x && buy zephyr"), stream=True)
    assert not [one for one in call.said if isinstance(one, Ask)]
    assert content(call)[0]["name"] == "blocked_by_policy"


def test_what_the_provider_carries_out_cannot_wait() -> None:
    call = asking(WORLD, {**BUY, "type": "server_tool_use"}, stream=True)
    assert not [one for one in call.said if isinstance(one, Ask)]
    assert b"buy" not in call.received
    assert stop_reason(call) == "end_turn"


@BOTH
@pytest.mark.parametrize("at", ["asked", "decided"])
def test_what_cannot_be_recorded_does_not_go(at: str, stream: bool) -> None:
    call = asking(WORLD, BUY, stream=stream) if at == "decided" else _unasked(stream)
    if at == "decided":
        call.tell(e.Settled(APPROVED, 1010.0))
    call.tell(e.Recorded(1010.0, "the disk is full"))
    assert content(call)[0]["input"]["reason"] == UNRECORDED
    assert over(call)


def _unasked(stream: bool) -> Call:
    """Up to the record that people are asked."""
    call = Call(WORLD).ask(request("hi", stream=stream)).recorded()
    call.tell(e.ResponseStarted(ResponseHead(200, SSE if stream else JSON), call.at))
    call.tell(e.ResponseChunk(streamed(BUY) if stream else json.dumps(reply(BUY)).encode(), call.at, end=True))
    return call


@BOTH
def test_who_goes_away_withdraws(stream: bool) -> None:
    call = asking(WORLD, BUY, stream=stream)
    call.tell(e.Gone(1005.0))
    assert call.facts["approval_decided"]["decision"] == "withdrawn"
    assert call.facts["cut"]["state"] == ("streaming" if stream else "collecting")
    assert list(call.exchange.receive(e.Settled(APPROVED, 1006.0))) == []
    assert b"buy" not in call.received


@BOTH
def test_who_is_stopped_gets_no_call_any_more(stream: bool) -> None:
    call = asking(WORLD, BUY, stream=stream)
    call.tell(e.Stopped(Block("b", Target.ALL, "", "a leak", 1.0), 1005.0))
    assert call.facts["approval_decided"]["decision"] == "withdrawn"
    call.recorded()
    assert b"buy" not in call.received
    assert call.exchange.state is State.OVER


def test_an_upstream_that_is_cut_meanwhile() -> None:
    call = asking_half()
    call.tell(e.ResponseChunk(b"", 1003.0, end=True))
    assert happened(call.received)[-1]["type"] == "error"
    assert call.facts["approval_decided"]["decision"] == "withdrawn"
    assert list(call.exchange.receive(e.Settled(APPROVED, 1004.0))) == []
    assert b"buy" not in call.received


def asking_half() -> Call:
    """A stream that has a call which waits, and has not ended."""
    stream, call = streamed(TEXT, BUY), Call(WORLD).ask(request("hi", stream=True)).recorded()
    call.tell(e.ResponseStarted(ResponseHead(200, SSE), call.at))
    call.tell(e.ResponseChunk(stream[: stream.index(b"event: message_delta")], call.at))
    return call.recorded()


def test_an_answer_in_the_middle_of_the_stream() -> None:
    call = asking_half()
    settled(call, APPROVED)
    assert [one["type"] for one in content(call)] == ["text", "tool_use"]
    stream = streamed(TEXT, BUY)
    call.tell(e.ResponseChunk(stream[stream.index(b"event: message_delta") :], call.at, end=True))
    assert call.received == stream
    assert over(call)


def test_a_settled_question_after_the_stream_broke_is_nobodys() -> None:
    call = asking_half()
    call.tell(e.ResponseChunk(b"event: x\ndata: {nonsense\n\n", 1003.0))
    assert call.facts["approval_decided"]["decision"] == "withdrawn"
    assert list(call.exchange.receive(e.Settled(APPROVED, 1004.0))) == []
    assert b"buy" not in call.received


def test_a_record_that_nobody_asked_for_is_a_bug() -> None:
    call = asking_half()
    assert [type(one) for one in call.exchange.receive(e.Recorded(1004.0))] == [Fail]


def test_as_words_and_nothing_else_left() -> None:
    rules = "\n  - {id: asks, effect: [spends], do: hold, deny: {as: text}}\n"
    call = asking(calling(rules), BUY, stream=True)
    settled(call, DENIED)
    assert [one["type"] for one in content(call)] == ["text"]
    assert stop_reason(call) == "end_turn"
    legal(call.received)
    call = asking(calling(rules), BUY, stream=True)
    settled(call, APPROVED)
    assert stop_reason(call) == "tool_use"


def test_a_refusal_may_end_the_answer() -> None:
    rules = "\n  - {id: asks, effect: [spends], do: hold, deny: {as: answer}}\n"
    call = asking(calling(rules), TEXT, BUY, LATER, stream=True)
    settled(call, DENIED)
    legal(call.received)
    assert [one["type"] for one in content(call)] == ["text", "text"]
    assert stop_reason(call) == "end_turn"
    assert over(call)


def test_a_reviewers_sentence_is_masked() -> None:
    no = Answer(Outcome.DENIED, "t", (Decider("grace", "company", False, f"ask {MAIL}", 5.0), YES))
    call = asking(WORLD, BUY, stream=True)
    settled(call, no)
    assert MAIL not in call.received.decode()
