"""A request that leaves HTTP: one verdict, no bodies, and a stream by which it can be cut."""

import pytest

from sidecar.core.exchange import commands as c
from sidecar.core.exchange import events as e
from sidecar.core.model.block import Block, Target
from sidecar.extproc import messages as m
from sidecar.extproc.heads import ROUTE, Misused
from sidecar.extproc.stop import Broken
from tests.polling import until
from tests.unit.extproc.playbook import CLAIMS, Stage
from tests.unit.extproc.test_dialogue import always

ASKS = m.RequestHeaders(
    ((":method", "GET"), (":path", "/ws"), ("upgrade", "websocket")), False, CLAIMS, duplex=False, heads_alone=True
)
OPENS = m.ResponseHeaders(((":status", "101"), ("upgrade", "websocket")), False)
GO = c.Forward("claude", "/ws", (), (), None)
PASS = {e.RequestStarted: always(GO), e.ResponseStarted: always(c.StartAnswer())}


async def test_it_is_judged_at_once_and_nothing_is_said_once_it_is_open() -> None:
    stage = Stage({**PASS, e.Gone: always(c.Record("answered", {}, wait=False))})
    asked, answered = await stage.tell(ASKS, OPENS)
    assert dict(asked.mutation.set)[ROUTE] == "s3cret.claude!websocket"
    assert isinstance(answered, m.PassResponse)
    assert (stage.dialogue.tunnel, stage.dialogue.over) == (True, False)
    await stage.dialogue.gone()
    await stage.dialogue.settle()
    assert stage.heard == ["RequestStarted", "ResponseStarted", "Gone"]
    assert stage.recorder.facts == ["answered"]


async def test_no_other_answer_passes() -> None:
    stage = Stage(PASS)
    with pytest.raises(Misused):
        await stage.tell(ASKS, m.ResponseHeaders(((":status", "200"),), False))
    refusing = Stage({**PASS, e.ResponseStarted: always(c.Respond(502, (), b"no"))})
    said = await refusing.tell(ASKS, m.ResponseHeaders(((":status", "200"),), False))
    assert said[-1] == m.Immediate(502, (), b"no")


async def test_a_timer_may_cut_it() -> None:
    open_until = always(c.StartAnswer(), c.WakeAt(0.0))
    stage = Stage({**PASS, e.ResponseStarted: open_until, e.Tick: always(c.Fail("time"))})
    await stage.tell(ASKS, OPENS)
    await stage.spoke.wait()
    await until(lambda: bool(stage.broken))
    assert isinstance(stage.broken[0], Broken)


async def test_people_may_cut_it() -> None:
    stage = Stage({**PASS, e.Stopped: always(c.Fail("stopped"))})
    await stage.tell(ASKS, OPENS)
    stage.stops.block = Block("b", Target.ALL, "", "enough", 0.0)
    stage.dialogue.look()
    await until(lambda: bool(stage.broken))
    assert stage.heard[-1] == "Stopped"
    assert stage.dialogue.over
