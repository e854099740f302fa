"""Whatever comes of a call whose client waits in an answer that has begun, stands at the end of that answer."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.approval.answer import Answer, Decider, Outcome
from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.commands import Ask, Record, Respond, SendAnswer, StartAnswer, WakeAt
from sidecar.core.exchange.events import (
    Event,
    ForwardFailed,
    Gone,
    Recorded,
    ResponseChunk,
    ResponseStarted,
    Settled,
    Stopped,
    Tick,
)
from sidecar.core.exchange.exchange import State
from sidecar.core.exchange.mcp.waits import EVERY, SOON
from sidecar.core.exchange.waiting import turned
from sidecar.core.model.block import Block, Target
from sidecar.core.model.http import Headers, ResponseHead
from tests.unit.core.exchange.building import JSON, KEY, SSE, Call, encoded
from tests.unit.core.exchange.held import APPROVED, DENIED, kinds, settled
from tests.unit.core.exchange.mcp.kept import (
    ALONE,
    STREAMS,
    asking,
    ended,
    forwarded,
    heard,
    kept,
    message,
    opened,
    ticked,
    world,
)
from tests.unit.core.exchange.mcp.speaking import event, request, said, text

PAGE = (("content-type", "text/html"),)
BLOCK = Block("b1", Target.SUBJECT, "ada", "a leak", 1.0)
WORLD = world()
NEXT_RULE = "\n  - {id: other, where: [tool_call], match: {tool: 'se.*'}, do: hold}\n"


def approved() -> Call:
    return settled(kept(), APPROVED)


def last(call: Call) -> dict[str, object]:
    return heard(call)[-1]


def sentence(answer: dict[str, object]) -> str:
    """Of the result of a call that did not run."""
    found = answer["result"]
    assert isinstance(found, dict)
    assert found["isError"]
    return str(found["content"][0]["text"])


class TestWhilePeopleThink:
    def test_the_answer_begins_and_says_so_again_and_again(self) -> None:
        call = asking()
        assert (opened(call), call.said[-1]) == (0, WakeAt(1000.0 + SOON))
        ticked(call, SOON)
        for number in range(1, 4):
            assert (opened(call), forwarded(call)) == (1, 0)
            assert call.said[-1] == WakeAt(call.at + EVERY)
            assert len(heard(call)) == number
            ticked(call, EVERY)
        assert [one["params"]["message"][-7:-1] for one in heard(call)] == ["), 1 s", "), 6 s", ", 11 s", ", 16 s"]

    def test_people_have_as_long_as_the_rule_gives_them(self) -> None:
        assert asking().one(Ask).patience == 1201.0
        assert asking(headers=JSON).one(Ask).patience == 540.0

    def test_what_is_known_soon_is_answered_as_ever(self) -> None:
        call = settled(asking(), APPROVED, after=0.5)
        call.answered(text("sent", 7))
        assert opened(call) == 0
        assert call.start.status is None
        assert json.loads(call.received) == text("sent", 7)
        turned_back = settled(asking(), DENIED, after=0.5)
        assert turned_back.reply.status == 200
        assert opened(turned_back) == 0

    def test_a_client_that_reads_no_streams_is_never_woken(self) -> None:
        call = asking(headers=JSON)
        assert not [one for one in call.said if isinstance(one, WakeAt)]
        assert settled(call, APPROVED).exchange.state is State.FORWARDED

    def test_it_goes_on_through_the_next_question(self) -> None:
        call = kept(world(NEXT_RULE))
        settled(call, APPROVED).recorded()
        assert call.said[-1] == WakeAt(call.at + EVERY)
        ticked(call, EVERY)
        assert [opened(call), forwarded(call), len(heard(call))] == [1, 0, 2]
        assert ["other" in one["params"]["message"] for one in heard(call)] == [True, False]
        settled(call, DENIED)
        assert "Denied by grace" in sentence(last(call))
        assert ended(call)


class TestApproved:
    def test_what_was_approved_leaves_once_and_its_answer_is_one_event(self) -> None:
        call = settled(kept(body=message(to=KEY)), APPROVED, after=29.0)
        assert forwarded(call) == 1
        assert KEY.encode() not in (call.forward.body or b"")
        assert "Approved after 30 s" in last(call)["params"]["message"]
        call.answered(json.dumps(text("sent", 7), indent=2).encode())
        assert last(call) == text("sent", 7)
        assert ended(call)
        assert not [one for one in call.said if isinstance(one, StartAnswer | Respond)]

    def test_a_stream_of_the_servers_goes_on_in_it(self) -> None:
        notes = [said(method="notifications/progress", params={"progressToken": "t", "progress": n}) for n in (1, 2)]
        call = approved().answered([*(event(one) for one in notes), event(text(f"the key is {KEY}", 7))], SSE)
        assert heard(call)[2:4] == notes
        assert KEY not in json.dumps(heard(call))
        assert event(notes[0]) in call.received
        assert ended(call)

    def test_all_is_recorded_and_what_people_took_told_apart(self) -> None:
        call = settled(kept(), APPROVED, after=29.0)
        call.answered(text("sent", 7))
        assert kinds(call.said) == ["decided", "tool_call", "approval_asked", "approval_decided", "answered"]
        latency = call.facts["answered"]["latency"]
        assert (latency["human_ms"], latency["gate_ms"]) == (30_000.0, 0.0)
        assert call.facts["approval_decided"]["waited_seconds"] == 30.0

    @pytest.mark.parametrize(
        ("status", "headers", "body", "note"),
        [
            (404, PAGE, b"<p>not found</p>", "an error page"),
            (202, (), b"", "nothing at all"),
            (200, JSON, encoded(text("for another", 8)), "an answer to another request"),
            (200, JSON, encoded(said(method="notifications/message", params={"data": "x"})), "no answer"),
            (503, JSON, b'{"type": "error"}', "what Envoy says by itself"),
            (401, JSON, b"{}", "not for the client"),
            (302, (("location", "http://internal"),), b"", "elsewhere"),
            (200, JSON, b"{", "cut off"),
        ],
    )
    def test_what_is_no_answer_is_told_as_an_error(
        self, status: int, headers: tuple[tuple[str, str], ...], body: bytes, note: str
    ) -> None:
        call = approved().answered(body, headers, status)
        assert sentence(last(call)), note
        assert last(call)["id"] == 7
        assert ended(call)
        assert b"http://internal" not in call.received

    def test_an_answer_of_a_head_alone(self) -> None:
        call = approved()
        call.tell(ResponseStarted(ResponseHead(202, ()), call.at, end=True))
        assert "status 202" in sentence(last(call))
        assert ended(call)

    def test_an_error_of_the_servers_is_passed_on(self) -> None:
        wrong = said(id=7, error={"code": -32602, "message": "no such address"})
        assert last(approved().answered(wrong, JSON, 400)) == wrong

    def test_it_could_not_be_sent_on(self) -> None:
        call = approved()
        call.tell(ForwardFailed(Refused(500, Code.API, "no credential"), call.at))
        assert sentence(last(call)) == "no credential"
        assert ended(call)


NOT_APPROVED = [one for one in Outcome if one is not Outcome.APPROVED]


class TestTurnedBack:
    @pytest.mark.parametrize("outcome", NOT_APPROVED)
    def test_the_refusal_ends_the_answer(self, outcome: Outcome) -> None:
        call = settled(kept(), Answer(outcome, "t1"))
        assert sentence(last(call)) == call.facts["not_forwarded"]["why"]
        assert (forwarded(call), ended(call), call.exchange.state) == (0, True, State.OVER)

    def test_what_is_no_call_of_a_tool_gets_an_error(self) -> None:
        reads = "\n  - {id: reads, if: 'request.endpoint == \"resources/read\"', do: hold}\n"
        call = settled(kept(world(reads), request("resources/read", 7, uri="ticket://1")), DENIED)
        error = last(call)["error"]
        assert isinstance(error, dict)
        assert (error["code"], error["data"]["rule"]) == (-32030, "reads")
        assert call.received.startswith(b": Waiting"), "it asked for no progress"
        assert ended(call)

    def test_with_the_reason_masked(self) -> None:
        no = Answer(Outcome.DENIED, "t1", (Decider("grace", "company", False, f"never {KEY}", 5.0),))
        call = settled(kept(), no)
        assert "Denied by grace: never [KEY" in sentence(last(call))

    @pytest.mark.parametrize("approvals", [0, 1], ids=["while people think", "once it was sent on"])
    def test_who_is_stopped_is_told(self, approvals: int) -> None:
        call = approved() if approvals else kept()
        call.tell(Stopped(BLOCK, call.at))
        call.tell(Tick(call.at))
        call.tell(Recorded(call.at))
        assert "a leak" in sentence(last(call))
        assert (forwarded(call), ended(call)) == (approvals, True)

    def test_what_cannot_be_recorded_does_not_go(self) -> None:
        call = kept()
        call.tell(Settled(APPROVED, call.at))
        call.tell(Recorded(call.at, "the disk is full"))
        assert "cannot be recorded" in sentence(last(call))
        assert (forwarded(call), ended(call)) == (0, True)

    def test_who_leaves_withdraws(self) -> None:
        call = kept()
        call.tell(Gone(call.at))
        assert call.facts["approval_decided"]["decision"] == "withdrawn"
        assert kinds(call.said)[-1] == "cut"
        assert forwarded(call) == 0


def test_a_clock_that_strikes_late_hurts_nobody() -> None:
    """In every state that follows: what was set for one of them may come in the next."""
    call = kept()
    call.tell(Settled(APPROVED, call.at))
    for step in (
        Recorded(call.at),
        ResponseStarted(ResponseHead(200, JSON), call.at),
        ResponseChunk(encoded(text("sent", 7)), call.at, end=True),
    ):
        before = len(call.said)
        call.tell(Tick(call.at))
        assert len(call.said) == before
        call.tell(step)
    assert last(call) == text("sent", 7)


HAPPENS = st.sampled_from(
    [
        Settled(APPROVED, 1002.0),
        Settled(DENIED, 1002.0),
        *(Recorded(1002.0) for _ in range(3)),
        Recorded(1002.0, "the disk is full"),
        Tick(1003.0),
        Stopped(BLOCK, 1003.0),
        Gone(1003.0),
        ForwardFailed(Refused(500, Code.API, "no credential"), 1003.0),
        *(ResponseStarted(ResponseHead(200, headers), 1003.0) for headers in (JSON, SSE, PAGE)),
        *(ResponseChunk(data, 1003.0, end) for data in (encoded(text("x", 7)), event(text("x", 7))) for end in (0, 1)),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(HAPPENS, max_size=12), st.sampled_from([STREAMS, ALONE]))
def test_in_any_order_it_leaves_once_and_after_a_yes_and_the_answer_ends_once(
    happens: list[Event], headers: Headers
) -> None:
    call = kept(WORLD, headers=headers)
    for one in happens:
        before = forwarded(call)
        call.tell(one)
        if forwarded(call) > before:
            assert call.facts["approval_decided"]["decision"] == "approved"
            assert isinstance(one, Recorded)
    assert forwarded(call) <= 1
    assert not [one for one in call.said if isinstance(one, StartAnswer | Respond)]
    sent = [one.end for one in call.said if isinstance(one, SendAnswer)]
    assert True not in sent[:-1]
    assert headers is STREAMS or not any(sent) or json.loads(call.received)["id"] == 7


def test_what_nobody_answers_yet_is_left_as_it_is() -> None:
    call = kept()
    waits = call.exchange._course.waits
    assert waits is not None
    commands = (Record("x", {}), SendAnswer(b": ping\n\n"))
    assert turned(waits, commands, None) == commands
