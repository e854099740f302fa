"""Being stopped by people waits for its turn, not for long, and happens once."""

import asyncio

from sidecar.core.model.block import Block, Target
from sidecar.extproc.stop import Broken, Stop
from tests.polling import until

BLOCK = Block("b1", Target.SUBJECT, "ada", "a leak", 3.0)


async def test_in_its_turn_and_once() -> None:
    turn, heard, broken = asyncio.Lock(), list[Block](), list[BaseException]()

    async def stopped(block: Block) -> None:
        assert turn.locked()
        heard.append(block)

    stop = Stop(turn, stopped, broken.append)
    async with turn:
        stop.begin(BLOCK)
        stop.begin(BLOCK)
        assert heard == []
    await until(lambda: heard == [BLOCK])
    await until(lambda: not turn.locked())
    assert broken == []


async def test_who_is_busy_for_too_long_is_broken_off() -> None:
    turn, broken = asyncio.Lock(), list[BaseException]()

    async def never(_: Block) -> None:
        raise AssertionError("its turn never came")

    async with turn:
        Stop(turn, never, broken.append, busy=0.01).begin(BLOCK)
        await until(lambda: bool(broken))
    assert isinstance(broken[0], Broken)


async def test_a_bug_is_told() -> None:
    broken = list[BaseException]()

    async def bug(_: Block) -> None:
        raise ZeroDivisionError

    stop = Stop(asyncio.Lock(), bug, broken.append)
    stop.begin(BLOCK)
    await until(lambda: bool(broken))
    assert isinstance(broken[0], ZeroDivisionError)
