"""A dialogue whose credential has to be fetched hears on meanwhile."""

import asyncio
from dataclasses import replace

import pytest

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange import commands as c
from sidecar.core.exchange import events as e
from sidecar.core.model.block import Block, Target
from sidecar.core.model.http import Headers
from sidecar.extproc import messages as m
from sidecar.extproc.dialogue import Dialogue
from tests.polling import until
from tests.unit.extproc.playbook import OK, POST, Stage, request
from tests.unit.extproc.test_dialogue import PASS
from tests.unit.extproc.test_own_token import KEY, PAYLOAD, token

FETCHED: Headers = (("authorization", "Bearer up-1"),)
AWAY = Refused(503, Code.OVERLOADED, "No token.")


class Far:
    """Credentials that come when the test says so. `cut`: how many fetches nobody waited for any more."""

    def __init__(self) -> None:
        self.comes: asyncio.Future[Headers] = asyncio.get_running_loop().create_future()
        self.asked: list[tuple[str, str | None]] = []
        self.rejections: list[tuple[str, str | None, Headers]] = []
        self.cut = 0

    def headers_for(self, connection: str, token: str | None) -> Headers | None:
        return None

    async def fetch(self, connection: str, token: str | None) -> Headers:
        self.asked.append((connection, token))
        try:
            return await self.comes
        except asyncio.CancelledError:
            self.cut += 1
            raise

    def rejected(self, connection: str, token: str | None, used: Headers) -> None:
        self.rejections.append((connection, token, used))


class Waiting(Stage):
    def __post_init__(self) -> None:
        super().__post_init__()
        self.far = Far()
        self.seat = replace(self.seat, vault=self.far)
        self.dialogue = Dialogue(self.seat, self._send, self._broke)

    async def begin(self, *said: m.Inbound) -> None:
        assert await self.tell(*(said or request())) == [], "nothing leaves before there is a credential"
        await until(lambda: bool(self.far.asked))


async def test_it_leaves_when_the_credential_has_come() -> None:
    stage = Waiting(PASS)
    await stage.begin()
    stage.far.comes.set_result(FETCHED)
    await until(lambda: len(stage.said) == 2)
    head, body = stage.said
    assert isinstance(head, m.PassRequest)
    assert head.mutation.set[0] == FETCHED[0]
    assert body == m.SendRequest(b"{}", True)
    assert stage.far.asked == [("claude", None)]
    assert await stage.tell(m.ResponseHeaders(OK, False)) != []
    assert stage.far.rejections == []


async def test_where_there_is_none_the_exchange_hears_why() -> None:
    stage = Waiting({**PASS, e.ForwardFailed: lambda failed: [c.Respond(failed.refused.status, (), b"no")]})  # type: ignore[attr-defined]
    await stage.begin()
    stage.far.comes.set_exception(AWAY)
    await until(lambda: bool(stage.said))
    assert stage.said == [m.Immediate(503, (), b"no")]
    assert stage.heard[-1] == "ForwardFailed"
    assert stage.dialogue.over


async def test_a_client_that_goes_away_is_noticed_and_nothing_leaves() -> None:
    stage = Waiting(PASS)
    await stage.begin()
    await stage.dialogue.gone()
    assert stage.heard[-1] == "Gone"
    await until(lambda: stage.far.cut == 1)
    assert stage.said == []


async def test_people_may_stop_it_meanwhile() -> None:
    stage = Waiting({**PASS, e.Stopped: lambda _: [c.Respond(403, (), b"stopped")]})
    await stage.begin()
    stage.stops.block = Block("b1", Target.SUBJECT, "ada", "a leak", 3.0)
    stage.dialogue.look()
    await until(lambda: bool(stage.said))
    assert stage.said == [m.Immediate(403, (), b"stopped")]
    await until(lambda: stage.far.cut == 1)


async def test_what_comes_while_the_end_is_being_recorded_is_not_used() -> None:
    ends = {e.Stopped: lambda _: [c.Record("stopped", {})], e.Recorded: lambda _: [c.Respond(403, (), b"stopped")]}
    stage = Waiting({**PASS, **ends})
    stage.recorder.gate = asyncio.Event()
    await stage.begin()
    stage.stops.block = Block("b1", Target.SUBJECT, "ada", "a leak", 3.0)
    stage.dialogue.look()
    await until(lambda: "Stopped" in stage.heard)
    stage.far.comes.set_result(FETCHED)
    for _ in range(10):
        await asyncio.sleep(0)  # it has come, and waits for its turn
    stage.recorder.gate.set()
    await until(lambda: bool(stage.said))
    for _ in range(10):
        await asyncio.sleep(0)
    assert stage.said == [m.Immediate(403, (), b"stopped")]
    assert not stage.broken


async def test_envoys_own_answer_ends_the_wait() -> None:
    stage = Waiting(PASS)
    await stage.begin()
    assert await stage.tell(m.ResponseHeaders(OK, True)) == [m.PassResponse(m.Mutation())]
    await until(lambda: stage.far.cut == 1)
    assert stage.heard[-1] == "Gone"


async def test_a_bug_breaks_the_stream() -> None:
    stage = Waiting(PASS)
    await stage.begin()
    stage.far.comes.set_exception(ZeroDivisionError())
    await until(lambda: bool(stage.broken))
    assert isinstance(stage.broken[0], ZeroDivisionError)
    assert stage.said == []


@pytest.mark.parametrize(("status", "told"), [("401", True), ("403", False), ("200", False)])
async def test_a_refusal_by_the_upstream_is_told_with_what_was_used(status: str, told: bool) -> None:
    own = token()
    stage = Waiting(PASS)
    await stage.begin(
        m.RequestHeaders((*POST, (KEY, own)), False, {"company": PAYLOAD}),
        m.RequestBody(b"{}", True),
    )
    stage.far.comes.set_result(FETCHED)
    await until(lambda: len(stage.said) == 2)
    head = stage.said[0]
    assert isinstance(head, m.PassRequest)
    assert KEY in head.mutation.remove, "the copy goes no further"
    await stage.tell(m.ResponseHeaders(((":status", status), ("content-type", "text/plain")), False))
    assert stage.far.rejections == ([("claude", own, FETCHED)] if told else [])
