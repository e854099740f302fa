"""An exchange hears once that people stopped it; what is busy for too long is broken off."""

import asyncio

from sidecar.core.model.block import Block, Target
from sidecar.extproc.stopping import Broken, Stopping
from tests.polling import until

BLOCK = Block("b1", Target.SUBJECT, "ada", "a leak", 1.0)


class Told:
    def __init__(self, fails: bool = False) -> None:
        self.turn = asyncio.Lock()
        self.blocks: list[Block] = []
        self.errors: list[BaseException] = []
        self.fails = fails
        self.stopping = Stopping(self.turn, self._tell, self.errors.append)

    async def _tell(self, block: Block) -> None:
        assert self.turn.locked()
        self.blocks.append(block)
        if self.fails:
            raise ZeroDivisionError


async def test_it_hears_once() -> None:
    told = Told()
    told.stopping.begin(BLOCK)
    told.stopping.begin(BLOCK)
    await until(lambda: told.blocks == [BLOCK] and not told.turn.locked())
    assert told.errors == []


async def test_a_bug_is_told() -> None:
    told = Told(fails=True)
    told.stopping.begin(BLOCK)
    await until(lambda: bool(told.errors))
    assert isinstance(told.errors[0], ZeroDivisionError)
    assert not told.turn.locked()


async def test_what_is_busy_is_broken_off() -> None:
    told = Told()
    async with told.turn:
        told.stopping.begin(BLOCK)
        await until(lambda: bool(told.errors))
    assert isinstance(told.errors[0], Broken)
    assert told.blocks == []
