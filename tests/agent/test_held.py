"""The real agent waits while people think; it goes on when they say yes, and reads why when they say no."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sidecar.core.approval.answer import Answer, Decider, Outcome
from sidecar.core.model.block import Block, Target
from tests.agent.session import Session
from tests.manned import Manned, manned
from tests.polling import until

YES = Answer(Outcome.APPROVED, "t1", (Decider("grace", "company", True, None, 1.0),))
NO = Answer(Outcome.DENIED, "t1", (Decider("grace", "company", False, "not on a Friday", 1.0),))
BLOCK = Block("b1", Target.SUBJECT, "ada", "a leak is suspected", 1.0)
DEPLOY = "please deploy to prod [[say:shipped]]"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manned]:
    with manned(tmp_path_factory.mktemp("manned")) as world:
        yield world


@pytest.fixture
def gate(world: Manned) -> Iterator[Manned]:
    world.people.asked.clear()
    world.people.withdrawn.clear()
    world.record.facts.clear()
    world.people.answers, world.people.patience = (lambda _: None), 540.0
    yield world
    world.stop(None)


@pytest.fixture
def session(gate: Manned, tmp_path: Path) -> Callable[..., Session]:
    return lambda **options: Session(gate, tmp_path, **options)  # type: ignore[arg-type]


Make = Callable[..., Session]


async def test_it_waits_and_finishes_and_is_not_held_again(gate: Manned, session: Make) -> None:
    began = time.monotonic()
    gate.people.answers = lambda _: YES if time.monotonic() > began + 5 else None
    async with session() as agent:
        turn = await agent.tell(DEPLOY)
        assert time.monotonic() - began > 5
        assert (turn.ok(), turn.text()) == (True, "shipped")
        assert len(gate.people.asked) == 1
        again = await agent.tell("and now? [[say:resting]]")
        assert again.text() == "resting"
        assert len(gate.people.asked) == 1, "the past was let go already"
        await agent.tell(DEPLOY)
        assert len(gate.people.asked) == 2, "said anew it is held anew"


async def test_a_turn_with_tools_is_asked_about_once(gate: Manned, session: Make) -> None:
    gate.people.answers = lambda _: YES
    async with session() as agent:
        turn = await agent.tell('please deploy to prod [[tool:Bash {"command":"echo hi"}]] [[then]] [[say:shipped]]')
    assert turn.ok()
    assert len(turn.inputs) == 1
    assert len(gate.people.asked) == 1


async def test_it_reads_why_it_was_denied(gate: Manned, session: Make) -> None:
    gate.people.answers = lambda _: NO
    async with session() as agent:
        turn = await agent.tell(DEPLOY)
    assert not turn.ok()
    assert "Denied by grace: not on a Friday" in turn.text()
    assert "Failed to authenticate" not in turn.text()
    assert len(gate.people.asked) == 1, "a denial is not asked again in another shape"


async def test_a_denial_as_an_answer_lets_the_session_live(gate: Manned, session: Make) -> None:
    gate.people.answers = lambda _: NO
    async with session() as agent:
        turn = await agent.tell("do it quietly [[say:shipped]]")
        assert turn.ok()
        assert "Denied by grace: not on a Friday" in turn.text()
        assert (await agent.tell("then rest [[say:resting]]")).text() == "resting"
    assert len(gate.people.asked) == 1


async def test_nobody_decides_and_it_comes_again_by_itself(gate: Manned, session: Make) -> None:
    gate.people.patience = 0.5
    gate.people.answers = lambda _: YES if len(gate.people.asked) > 2 else None
    async with session(retries=10) as agent:
        turn = await agent.tell(DEPLOY)
    assert (turn.ok(), turn.text()) == (True, "shipped")
    assert len(gate.people.asked) == 3
    assert len({one.fingerprint for one in gate.people.asked}) == 1, "each try has the same fingerprint"


async def test_who_gives_up_withdraws(gate: Manned, session: Make) -> None:
    agent = session()
    await agent.__aenter__()
    telling = asyncio.ensure_future(agent.tell(DEPLOY))
    await until(lambda: bool(gate.people.asked))
    telling.cancel()
    await agent.__aexit__()
    await until(lambda: bool(gate.people.withdrawn))
    await until(lambda: bool(gate.record.of("cut")))
    assert gate.record.of("approval_decided")[0]["decision"] == "withdrawn"


async def test_stopped_in_the_middle_of_a_stream(gate: Manned, session: Make) -> None:
    words = "one two three four five six seven eight nine ten " * 20
    async with session() as agent:
        telling = asyncio.ensure_future(agent.tell(f"count [[pace:0.2]] [[say:{words}]]"))
        await until(lambda: bool(gate.record.of("decided")) and gate.server.open > 0)
        await asyncio.sleep(2)
        began = time.monotonic()
        gate.stop(BLOCK)
        turn = await telling
    assert time.monotonic() - began < 10
    assert not turn.ok()
    assert "a leak is suspected" in turn.text()
