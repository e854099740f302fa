"""Playbooks: what Envoy says, what the exchange hears and wants, what we answer."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from sidecar.core.exchange import commands as c
from sidecar.core.exchange import events as e
from sidecar.core.model.caller import Caller
from sidecar.extproc import messages as m
from sidecar.extproc.bodies import PIECE
from sidecar.extproc.heads import Misused
from sidecar.extproc.intake import Garbled
from sidecar.extproc.stop import Broken
from tests.unit.extproc.playbook import CLAIMS, KEY, OK, POST, Record, Stage, request

ROUTE = ("x-gatehouse-route", "s3cret.claude")
FORWARD = c.Forward("claude", "/v1/messages", ("accept",), (), b"{}")
BARE = c.Forward("claude", "/v1/models", (), (), None)


def at_end(*commands: c.Command) -> Callable[[object], Sequence[c.Command]]:
    return lambda event: commands if getattr(event, "end", False) else ()


def always(*commands: c.Command) -> Callable[[object], Sequence[c.Command]]:
    return lambda _: commands


PASS = {
    e.RequestChunk: at_end(FORWARD),
    e.ResponseStarted: always(c.StartAnswer()),
    e.ResponseChunk: lambda chunk: [c.SendAnswer(chunk.data, chunk.end)],
}


async def test_a_whole_exchange_reads_like_this() -> None:
    stage = Stage(PASS)
    assert await stage.tell(*request()) == [
        m.PassRequest(
            m.Mutation(
                ("accept", "authorization", "cookie", "proxy-authorization"),
                (*KEY, (":path", "/v1/messages"), ROUTE, ("content-length", "2")),
            )
        ),
        m.SendRequest(b"{}", True),
    ]
    assert await stage.tell(m.ResponseHeaders(OK, False)) == [m.PassResponse(m.Mutation(("content-length",)))]
    assert await stage.tell(m.ResponseBody(b"hel", False)) == [m.SendResponse(b"hel", False)]
    assert await stage.tell(m.ResponseBody(b"lo", True)) == [m.SendResponse(b"lo", True)]
    assert stage.dialogue.over
    assert stage.heard == ["RequestStarted", "RequestChunk", "ResponseStarted", "ResponseChunk", "ResponseChunk"]


async def test_the_exchange_hears_who_calls_and_no_credential() -> None:
    stage = Stage({})
    await stage.tell(m.RequestHeaders(POST, True, CLAIMS))
    started = stage.exchange.heard[0]
    assert isinstance(started, e.RequestStarted)
    assert started.caller == Caller("ada", "company", ("engineering",))
    assert started.head.headers == (("accept", "*/*"),)
    assert (started.head.method, started.head.path, started.end) == ("POST", "/v1/messages?beta=true", True)


async def test_nothing_is_said_while_the_request_is_only_half_here() -> None:
    stage = Stage(PASS)
    assert await stage.tell(m.RequestHeaders(POST, False, CLAIMS), m.RequestBody(b"{", False)) == []


async def test_a_large_body_leaves_in_pieces_of_64_kib() -> None:
    body = bytes(range(256)) * 1000
    stage = Stage({**PASS, e.RequestChunk: at_end(c.Forward("claude", "/", (), (), body))})
    _, *sent = await stage.tell(*request())
    assert b"".join(piece.data for piece in sent) == body
    assert [len(piece.data) for piece in sent] == [PIECE, PIECE, PIECE, len(body) - 3 * PIECE]
    assert [piece.end for piece in sent] == [False, False, False, True]


async def test_a_body_that_became_empty_still_ends() -> None:
    stage = Stage({e.RequestChunk: at_end(c.Forward("claude", "/", (), (), b""))})
    assert (await stage.tell(*request()))[1:] == [m.SendRequest(b"", True)]


async def test_a_request_without_a_body_gets_none() -> None:
    stage = Stage({e.RequestStarted: always(BARE)})
    said = await stage.tell(m.RequestHeaders(POST, True, CLAIMS))
    assert [type(one) for one in said] == [m.PassRequest]
    assert "content-length" not in dict(said[0].mutation.set)


async def test_trailers_end_what_trailers_ended_and_are_taken_out() -> None:
    stage = Stage(PASS)
    said = await stage.tell(
        m.RequestHeaders(POST, False, CLAIMS), m.RequestBody(b"{}", False), m.RequestTrailers(("x-leak",))
    )
    assert said[1:] == [m.SendRequest(b"{}", False), m.EndRequest(("x-leak",))]
    said = await stage.tell(m.ResponseHeaders(OK, False), m.ResponseBody(b"a", False), m.ResponseTrailers(("t",)))
    assert said[1:] == [m.SendResponse(b"a", False), m.EndResponse(("t",))]
    assert stage.dialogue.over


async def test_the_answer_may_end_before_the_upstream_does() -> None:
    stage = Stage({**PASS, e.ResponseChunk: always(c.SendAnswer(b"event: error", True))})
    await stage.tell(*request(), m.ResponseHeaders(OK, False))
    assert await stage.tell(m.ResponseBody(b"raw", False)) == [m.SendResponse(b"event: error", True)]
    assert await stage.tell(m.ResponseBody(b"more", False), m.ResponseTrailers(())) == []


@pytest.mark.parametrize("when", ["reading", "forwarded"])
async def test_respond_ends_the_exchange(when: str) -> None:
    refusal = c.Respond(400, (("content-type", "application/json"), ("content-length", "99")), b"no")
    answers = {e.RequestChunk: always(refusal)} if when == "reading" else {**PASS, e.ResponseStarted: always(refusal)}
    stage = Stage(answers)
    said = await stage.tell(*request(), m.ResponseHeaders(OK, False))
    assert said[-1] == m.Immediate(400, (("content-type", "application/json"),), b"no")
    assert stage.dialogue.over


async def test_what_still_arrives_after_the_end_is_nobodys_business() -> None:
    stage = Stage({e.RequestStarted: always(c.Respond(400, (), b"no"))})
    await stage.tell(*request(), m.ResponseHeaders(OK, False))
    assert stage.heard == ["RequestStarted"]


async def test_recorded_comes_after_the_fact_is_durable_and_after_the_whole_batch() -> None:
    noted = c.Record("request", {})
    stage = Stage({e.RequestChunk: always(noted, c.WakeAt(None)), e.Recorded: always(FORWARD)})
    stage.recorder.gate = asyncio.Event()
    working = asyncio.ensure_future(stage.tell(*request()))
    await asyncio.wait((working,), timeout=0)
    assert stage.said == []
    stage.recorder.gate.set()
    assert [type(one) for one in await working] == [m.PassRequest, m.SendRequest]
    assert stage.recorder.facts == ["request"]


async def test_what_cannot_be_recorded_is_told_to_the_exchange() -> None:
    stage = Stage({e.RequestChunk: always(c.Record("request", {}))}, Record(broken=True))
    await stage.tell(*request())
    assert stage.exchange.heard[-1] == e.Recorded(100.0, "the disk is full")


async def test_it_is_told_apart_whether_only_room_is_lacking() -> None:
    stage = Stage({e.RequestChunk: always(c.Record("request", {}))}, Record(full=True))
    await stage.tell(*request())
    assert stage.exchange.heard[-1] == e.Recorded(100.0, "no room", full=True)


async def test_a_fact_that_nothing_waits_for_holds_nothing_up() -> None:
    stage = Stage({**PASS, e.RequestChunk: always(c.Record("note", {}, wait=False), FORWARD)})
    stage.recorder.gate = asyncio.Event()
    assert len(await stage.tell(*request())) == 2
    assert not stage.dialogue.settled
    stage.recorder.gate.set()
    await stage.dialogue.settle()
    assert stage.recorder.facts == ["note"]


async def test_without_a_credential_the_exchange_may_still_refuse() -> None:
    stage = Stage(
        {
            e.RequestChunk: always(c.Forward("tickets", "/", (), (), b"")),
            e.ForwardFailed: lambda failed: [c.Respond(failed.refused.status, (), failed.refused.message.encode())],
        }
    )
    assert await stage.tell(*request()) == [m.Immediate(500, (), b"no credential for tickets")]


async def test_a_timer_may_speak_while_the_upstream_is_silent() -> None:
    stage = Stage(
        {**PASS, e.ResponseStarted: always(c.StartAnswer(), c.WakeAt(90.0)), e.Tick: always(c.SendAnswer(b":"))}
    )
    await stage.tell(*request(), m.ResponseHeaders(OK, False))
    stage.spoke.clear()
    await stage.spoke.wait()
    assert stage.said[-1] == m.SendResponse(b":", False)


async def test_what_goes_wrong_in_a_timer_is_reported() -> None:
    stage = Stage({e.RequestStarted: always(c.WakeAt(90.0)), e.Tick: always(c.Fail("no time left"))})
    await stage.tell(m.RequestHeaders(POST, False, CLAIMS))
    await stage.spoke.wait()
    assert [str(error) for error in stage.broken] == ["no time left"]


async def test_a_later_wake_replaces_an_earlier_one() -> None:
    stage = Stage({e.RequestStarted: always(c.WakeAt(90.0), c.WakeAt(None))})
    await stage.tell(m.RequestHeaders(POST, False, CLAIMS))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert stage.heard == ["RequestStarted"]


async def test_fail_breaks_the_stream_after_the_rest_of_its_batch() -> None:
    stage = Stage({e.RequestChunk: always(c.Fail("because"), c.Record("why", {}))})
    with pytest.raises(Broken, match="because"):
        await stage.tell(*request())
    assert stage.recorder.facts == ["why"]
    assert stage.said == []


async def test_envoys_own_answer_passes_and_the_exchange_is_told() -> None:
    stage = Stage(PASS)
    own = m.ResponseHeaders(((":status", "504"),), False)
    said = await stage.tell(m.RequestHeaders(POST, False, CLAIMS), own, m.ResponseBody(b"late", True))
    assert said == [m.PassResponse(m.Mutation()), m.SendResponse(b"late", True)]
    assert stage.heard == ["RequestStarted", "Gone"]
    assert stage.dialogue.over


async def test_envoys_answer_to_what_never_became_a_request_needs_no_exchange() -> None:
    stage = Stage(PASS)
    assert await stage.tell(m.ResponseHeaders(((":status", "401"),), True)) == [m.PassResponse(m.Mutation())]
    await stage.dialogue.gone()
    assert stage.heard == []


async def test_gone_is_told_once_and_nothing_is_said_after_it() -> None:
    stage = Stage({**PASS, e.Gone: always(c.Respond(400, (), b""), c.Record("gone", {}), c.Fail("x"), c.WakeAt(0.0))})
    await stage.tell(m.RequestHeaders(POST, False, CLAIMS))
    await stage.dialogue.gone()
    await stage.dialogue.gone()
    assert stage.heard == ["RequestStarted", "Gone", "Recorded"]
    assert (stage.said, stage.recorder.facts) == ([], ["gone"])


async def test_an_exchange_that_raised_is_dead() -> None:
    def burst(_: object) -> Sequence[c.Command]:
        raise ZeroDivisionError

    stage = Stage({e.RequestChunk: burst})
    with pytest.raises(ZeroDivisionError):
        await stage.tell(*request())
    await stage.dialogue.gone()
    assert stage.heard == ["RequestStarted", "RequestChunk"]


MISUSES = [
    ("forward before the request is whole", {e.RequestStarted: always(FORWARD)}),
    ("forward twice", {e.RequestChunk: at_end(FORWARD, FORWARD)}),
    ("respond after the answer began", {**PASS, e.ResponseStarted: always(c.StartAnswer(), c.Respond(400, (), b""))}),
    ("answer before the upstream did", {e.RequestChunk: at_end(FORWARD, c.StartAnswer())}),
    ("answer's body before its head", {**PASS, e.ResponseStarted: always(c.SendAnswer(b"x"))}),
    ("answer begun twice", {**PASS, e.ResponseStarted: always(c.StartAnswer(), c.StartAnswer())}),
    ("longer than stated", {**PASS, e.ResponseStarted: always(c.StartAnswer(set=(("content-length", "2"),)))}),
    ("shorter than stated", {**PASS, e.ResponseStarted: always(c.StartAnswer(set=(("content-length", "9"),)))}),
    (
        "reserved header",
        {e.RequestChunk: at_end(c.Forward("claude", "/", (), (("authorization", "Bearer mine"),), b""))},
    ),
]


@pytest.mark.parametrize(("note", "answers"), MISUSES, ids=[note for note, _ in MISUSES])
async def test_a_command_out_of_turn_is_a_bug(note: str, answers: dict) -> None:
    stage = Stage(answers)
    with pytest.raises(Misused):
        await stage.tell(*request(), m.ResponseHeaders(OK, False), m.ResponseBody(b"abc", True))


async def test_a_body_for_a_request_without_one_is_a_bug() -> None:
    stage = Stage({e.RequestStarted: always(FORWARD)})
    with pytest.raises(Misused):
        await stage.tell(m.RequestHeaders(POST, True, CLAIMS))


async def test_a_body_for_an_answer_without_one_is_a_bug() -> None:
    stage = Stage({**PASS, e.ResponseStarted: always(c.StartAnswer(), c.SendAnswer(b"x", True))})
    with pytest.raises(Misused):
        await stage.tell(*request(), m.ResponseHeaders(OK, True))


async def test_messages_out_of_order_are_garbled() -> None:
    stage = Stage(PASS)
    with pytest.raises(Garbled):
        await stage.tell(m.RequestBody(b"", True))
