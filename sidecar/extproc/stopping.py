"""People stopped an exchange: it hears so once, even while it is busy.

Rules: a block takes effect within two seconds. An exchange that is busy for longer waits for a client that reads
nothing, and is broken off. What goes wrong is given to `broken`: nobody awaits it.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from sidecar.core.model.block import Block

BUSY = 1.5


class Broken(Exception):  # noqa: N818  (named for what happened)
    """The exchange asked to break the stream off, or it could not be stopped in a better way."""


class Stopping:
    """`tell` is called with the turn in hand."""

    def __init__(
        self,
        turn: asyncio.Lock,
        tell: Callable[[Block], Coroutine[Any, Any, None]],
        broken: Callable[[BaseException], None],
    ) -> None:
        self._turn = turn
        self._tell = tell
        self._broken = broken
        self._stopping: asyncio.Task[None] | None = None

    def begin(self, block: Block) -> None:
        if self._stopping is None:
            self._stopping = asyncio.get_running_loop().create_task(self._stop(block))
            self._stopping.add_done_callback(self._stopped)

    async def _stop(self, block: Block) -> None:
        try:
            async with asyncio.timeout(BUSY):
                await self._turn.acquire()
        except TimeoutError:
            raise Broken("stopped by people, while the client took nothing") from None
        try:
            await self._tell(block)
        finally:
            self._turn.release()

    def _stopped(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken(error)
