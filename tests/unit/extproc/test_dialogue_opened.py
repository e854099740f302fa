"""An answer begins before its request leaves, and what is sent on ends it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from sidecar.core.exchange import commands as c
from sidecar.core.exchange import events as e
from sidecar.core.model.block import Block, Target
from sidecar.extproc import messages as m
from sidecar.extproc.heads import ROUTE, Misused
from sidecar.extproc.stop import Broken
from tests.polling import until
from tests.unit.core.exchange.held import APPROVED, asked
from tests.unit.extproc.playbook import Stage, request
from tests.unit.extproc.sent_on import OK, Door, door

STREAM = (("content-type", "text/event-stream"),)
FORWARD = c.Forward("claude", "/mcp", (), (), b"{}")
OPENS = {
    e.RequestChunk: lambda chunk: (
        [c.OpenAnswer(STREAM), c.SendAnswer(b"first"), c.Ask(asked(id="gx_1.1"), 60.0)] if chunk.end else []
    ),
    e.Settled: lambda _: [c.SendAnswer(b"second"), FORWARD],
    e.ResponseStarted: lambda _: [],
    e.ResponseChunk: lambda chunk: [c.SendAnswer(chunk.data, chunk.end)],
    e.ForwardFailed: lambda failed: [c.SendAnswer(failed.refused.message.encode(), True)],
    e.Gone: lambda _: [],
}
ENVOYS = (m.ResponseHeaders(((":status", "200"), ("content-length", "9")), False), m.ResponseBody(b": waiting", True))
WHOLE = OK + b"Content-Length: 3\r\n\r\nabc"


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Door]:
    async with door(tmp_path / "s", WHOLE) as made:
        yield made


def staged(path: Path, answers: object = OPENS) -> Stage:
    stage = Stage(answers)  # type: ignore[arg-type]
    stage.seat = replace(stage.seat, onward=path)
    stage.dialogue = type(stage.dialogue)(stage.seat, stage._send, stage._broke)
    return stage


async def approved(stage: Stage) -> None:
    await until(lambda: bool(stage.people.asks))
    stage.people.asks["gx_1.1"].set_result(APPROVED)


def sent(stage: Stage) -> bytes:
    return b"".join(one.data for one in stage.said if isinstance(one, m.SendResponse))


async def test_nothing_of_the_request_leaves_when_it_begins(tmp_path: Path) -> None:
    stage = staged(tmp_path / "s")
    head, body = await stage.tell(*request(b'{"a": 1}'))
    assert isinstance(head, m.PassRequest)
    assert head.mutation.set == ((ROUTE, "s3cret!waiting"), ("content-length", "0"))
    assert body == m.SendRequest(b"", True)
    started, first = await stage.tell(*ENVOYS)
    assert started == m.PassResponse(m.Mutation(("content-length",), STREAM))
    assert first == m.SendResponse(b"first", False)
    await stage.dialogue.gone()


async def test_what_people_let_go_is_sent_on_and_its_answer_goes_on_in_it(there: Door) -> None:
    stage = staged(there.path)
    await stage.tell(*request(), *ENVOYS)
    await approved(stage)
    await until(lambda: stage.dialogue.over)
    assert sent(stage) == b"firstsecondabc"
    assert [one.end for one in stage.said if isinstance(one, m.SendResponse)][-1]
    (came,) = there.came
    assert came.startswith(b"POST /mcp HTTP/1.1\r\n")
    assert b"x-gatehouse-route: s3cret.claude\r\n" in came
    assert b"x-api-key: upstream-key\r\n" in came
    assert stage.broken == []


async def test_people_were_quicker_than_envoy(there: Door) -> None:
    stage = staged(there.path)
    await stage.tell(*request())
    await approved(stage)
    await until(lambda: stage.heard[-1] == "ResponseChunk")
    assert not stage.dialogue.over
    await stage.tell(*ENVOYS)
    assert sent(stage) == b"firstsecondabc"
    assert stage.dialogue.over


async def test_envoy_does_not_begin_it(tmp_path: Path) -> None:
    stage = staged(tmp_path / "s")
    await stage.tell(*request())
    await until(lambda: bool(stage.people.asks))
    refused = await stage.tell(m.ResponseHeaders(((":status", "403"),), False), m.ResponseBody(b"no", True))
    assert refused == [m.PassResponse(m.Mutation()), m.SendResponse(b"no", True)]
    assert stage.heard[-1] == "Gone"
    await until(lambda: stage.people.withdrawn == ["gx_1.1"])


async def test_there_is_no_door(tmp_path: Path) -> None:
    stage = staged(tmp_path / "nothing")
    await stage.tell(*request(), *ENVOYS)
    await approved(stage)
    await until(lambda: stage.dialogue.over)
    assert b"cannot send calls on" in sent(stage)


async def test_an_answer_that_breaks_off_breaks_this_one(tmp_path: Path) -> None:
    async with door(tmp_path / "s", OK + b"Content-Length: 9\r\n\r\nabc") as made:
        stage = staged(made.path)
        await stage.tell(*request(), *ENVOYS)
        await approved(stage)
        await until(lambda: bool(stage.broken))
    assert isinstance(stage.broken[0], Broken)
    assert stage.heard[-1] == "Gone"
    assert not any(one.end for one in stage.said if isinstance(one, m.SendResponse))


async def test_who_leaves_hangs_up_on_the_server(tmp_path: Path) -> None:
    async with door(tmp_path / "s", OK + b"Content-Length: 9\r\n\r\nabc", stays=True) as made:
        stage = staged(made.path)
        await stage.tell(*request(), *ENVOYS)
        await approved(stage)
        await until(lambda: "ResponseChunk" in stage.heard)
        await stage.dialogue.gone()
        async with asyncio.timeout(20):
            await made.left.wait()


async def test_who_is_stopped_hangs_up_on_the_server(tmp_path: Path) -> None:
    async with door(tmp_path / "s", OK + b"Content-Length: 9\r\n\r\nabc", stays=True) as made:
        stage = staged(made.path, {**OPENS, e.Stopped: lambda _: [c.SendAnswer(b"stopped", True)]})
        await stage.tell(*request(), *ENVOYS)
        await approved(stage)
        await until(lambda: "ResponseChunk" in stage.heard)
        stage.stops.block = Block("b1", Target.SUBJECT, "ada", "a leak", 1.0)
        stage.dialogue.look()
        async with asyncio.timeout(20):
            await made.left.wait()
    assert sent(stage).endswith(b"stopped")
    assert stage.dialogue.over


@pytest.mark.parametrize(
    ("command", "when"),
    [
        (c.OpenAnswer(STREAM), e.Settled),
        (c.Respond(403, (), b""), e.Settled),
        (c.StartAnswer(), e.ResponseStarted),
        (FORWARD, e.ResponseStarted),
    ],
)
async def test_what_is_out_of_turn_fails_the_stream(there: Door, command: c.Command, when: type) -> None:
    stage = staged(there.path, {**OPENS, when: lambda _: [command]})
    await stage.tell(*request(), *ENVOYS)
    await approved(stage)
    await until(lambda: bool(stage.broken))
    assert isinstance(stage.broken[0], Misused)
    assert len(there.came) <= 1
    await stage.dialogue.gone()


async def test_a_request_that_is_not_whole_opens_nothing(tmp_path: Path) -> None:
    stage = staged(tmp_path / "s", {e.RequestStarted: lambda _: [c.OpenAnswer(STREAM)]})
    with pytest.raises(Misused):
        await stage.tell(*request())
