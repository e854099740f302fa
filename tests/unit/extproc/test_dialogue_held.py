"""While people think the dialogue hears on; whoever is stopped hears of it, whatever else goes on."""

import asyncio

from sidecar.core.exchange import commands as c
from sidecar.core.exchange import events as e
from sidecar.core.model.block import Block, Target
from sidecar.extproc import messages as m
from sidecar.extproc.stop import Broken
from tests.polling import until
from tests.unit.core.exchange.held import APPROVED, asked
from tests.unit.extproc.playbook import OK, Stage, request

FORWARD = c.Forward("claude", "/v1/messages", (), (), b"{}")
ASKS = {
    e.RequestChunk: lambda chunk: [c.Ask(asked(id="gx_1.1"), 60.0)] if chunk.end else [],
    e.Settled: lambda _: [FORWARD],
    e.Stopped: lambda _: [c.Respond(451, (), b"stopped")],
    e.Gone: lambda _: [],
}
BLOCK = Block("b1", Target.SUBJECT, "ada", "a leak", 1.0)
OTHER = Block("b2", Target.SUBJECT, "bob", "a leak", 1.0)


async def asking(answers: object = ASKS) -> Stage:
    stage = Stage(answers)  # type: ignore[arg-type]
    assert await stage.tell(*request()) == []
    await until(lambda: bool(stage.people.asks))
    return stage


async def test_it_leaves_when_people_say_so() -> None:
    stage = await asking()
    stage.people.asks["gx_1.1"].set_result(APPROVED)
    await until(lambda: len(stage.said) == 2)
    assert [type(one) for one in stage.said] == [m.PassRequest, m.SendRequest]
    assert stage.heard[-1] == "Settled"


async def test_who_goes_away_withdraws() -> None:
    stage = await asking()
    await stage.dialogue.gone()
    await until(lambda: stage.people.withdrawn == ["gx_1.1"])
    assert stage.heard[-1] == "Gone"
    assert stage.said == []


async def test_what_envoy_answers_itself_withdraws_too() -> None:
    stage = await asking()
    await stage.tell(m.ResponseHeaders(((":status", "504"),), True))
    await until(lambda: stage.people.withdrawn == ["gx_1.1"])
    assert stage.heard[-1] == "Gone"


async def test_who_is_stopped_withdraws_and_is_told() -> None:
    stage = await asking()
    stage.stops.block = BLOCK
    stage.dialogue.look()
    await until(lambda: bool(stage.said))
    assert stage.said == [m.Immediate(451, (), b"stopped")]
    await until(lambda: stage.people.withdrawn == ["gx_1.1"])
    assert stage.dialogue.over


async def test_somebody_else_is_stopped() -> None:
    stage = await asking()
    stage.stops.block = OTHER
    stage.dialogue.look()
    await asyncio.wait((asyncio.ensure_future(stage.tell()),))
    assert "Stopped" not in stage.heard
    stage.dialogue.look()
    await stage.dialogue.gone()


async def test_a_stream_is_ended() -> None:
    stage = Stage(
        {
            e.RequestChunk: lambda _: [FORWARD],
            e.ResponseStarted: lambda _: [c.StartAnswer()],
            e.Stopped: lambda _: [c.SendAnswer(b"event: error", True)],
        }
    )
    await stage.tell(*request(), m.ResponseHeaders(OK[:2], False))
    stage.said.clear()
    stage.stops.block = BLOCK
    stage.dialogue.look()
    await until(lambda: bool(stage.said))
    assert stage.said == [m.SendResponse(b"event: error", True)]
    assert stage.dialogue.over
    stage.dialogue.look()


async def test_a_block_that_it_does_not_mind_ends_nothing_and_the_next_one_does() -> None:
    stage = await asking()
    stage.exchange.heedless = (Target.QUARANTINE,)
    stage.stops.block = Block("q1", Target.QUARANTINE, "company/ada/", "a rule", 1.0)
    stage.dialogue.look()
    await asyncio.wait((asyncio.ensure_future(stage.tell()),))
    assert "Stopped" not in stage.heard
    stage.stops.block = BLOCK
    stage.dialogue.look()
    await until(lambda: bool(stage.said))
    assert stage.said == [m.Immediate(451, (), b"stopped")]


async def test_nobody_is_there_yet_or_any_more() -> None:
    stage = Stage(ASKS)
    stage.stops.block = BLOCK
    stage.dialogue.look()
    assert stage.heard == []


async def test_a_client_that_takes_nothing_is_cut_off() -> None:
    """The answer waits for the client with the turn in its hand."""
    stage = Stage({e.RequestChunk: lambda _: [c.Record("request", {})], e.Stopped: lambda _: []})
    stage.recorder.gate = asyncio.Event()
    working = asyncio.ensure_future(stage.tell(*request()))
    await asyncio.wait((working,), timeout=0)
    stage.stops.block = BLOCK
    stage.dialogue.look()
    await until(lambda: bool(stage.broken))
    assert isinstance(stage.broken[0], Broken)
    assert "Stopped" not in stage.heard
    stage.recorder.gate.set()
    await working


async def test_a_bug_on_the_way_is_told() -> None:
    def breaks(_: object) -> list[c.Command]:
        raise ZeroDivisionError("a bug")

    stage = await asking({**ASKS, e.Settled: breaks})
    stage.people.asks["gx_1.1"].set_result(APPROVED)
    await until(lambda: bool(stage.broken))
    assert isinstance(stage.broken[0], ZeroDivisionError)
    stopping = await asking({**ASKS, e.Stopped: breaks})
    stopping.stops.block = BLOCK
    stopping.dialogue.look()
    await until(lambda: bool(stopping.broken))
    await stopping.dialogue.gone()
