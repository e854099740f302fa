"""People stopped the caller: the exchange is told, in its turn, and soon."""

import asyncio
from collections.abc import Awaitable, Callable

from sidecar.core.model.block import Block

# A block takes effect within two seconds. A dialogue that is busy for longer waits for a client that reads nothing.
BUSY = 1.5


class Broken(Exception):  # noqa: N818  (named for what happened)
    """The exchange asked to break the stream off, or it could not be stopped in a better way."""


class Stop:
    """`stopped` is called under the lock `turn`, for one block at a time; `broken` is told what goes wrong."""

    def __init__(
        self,
        turn: asyncio.Lock,
        stopped: Callable[[Block], Awaitable[None]],
        broken: Callable[[BaseException], None],
        busy: float = BUSY,
    ) -> None:
        self._turn = turn
        self._stopped = stopped
        self._broken = broken
        self._busy = busy
        self._going: asyncio.Task[None] | None = None

    def begin(self, block: Block) -> None:
        if self._going is None or self._going.done():
            self._going = asyncio.get_running_loop().create_task(self._stop(block))
            self._going.add_done_callback(self._ended)

    async def _stop(self, block: Block) -> None:
        try:
            async with asyncio.timeout(self._busy):
                await self._turn.acquire()
        except TimeoutError:
            raise Broken("stopped by people, while the client took nothing") from None
        try:
            await self._stopped(block)
        finally:
            self._turn.release()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken(error)
