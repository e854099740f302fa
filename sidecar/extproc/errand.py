"""Something that an exchange waits for while it hears on: the answer of people, or a credential. One at a time.

Rules: whoever ends the exchange ends the errand; to be cancelled is to withdraw it. What goes wrong is given to
`broken`: nobody awaits it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeVar

Answer = TypeVar("Answer")


class Errand(Generic[Answer]):
    """`settled` is told the answer."""

    def __init__(self, settled: Callable[[Answer], Awaitable[None]], broken: Callable[[BaseException], None]) -> None:
        self._settled = settled
        self._broken = broken
        self._going: asyncio.Task[Answer] | None = None
        self._telling: asyncio.Task[None] | None = None

    def begin(self, work: Coroutine[Any, Any, Answer]) -> None:
        if self._going is not None:
            work.close()
            raise RuntimeError("asked twice at once")
        self._going = asyncio.get_running_loop().create_task(work)
        self._going.add_done_callback(self._answered)

    def withdraw(self) -> None:
        """Nobody waits any more. Without effect once it is answered."""
        if self._going is not None:
            self._going.cancel()
            self._going = None

    def _answered(self, task: "asyncio.Task[Answer]") -> None:
        if task.cancelled() or task is not self._going:
            return
        self._going = None
        if (error := task.exception()) is not None:
            self._broken(error)
            return
        self._telling = asyncio.get_running_loop().create_task(self._tell(task.result()))
        self._telling.add_done_callback(self._told)

    async def _tell(self, answer: Answer) -> None:
        await self._settled(answer)

    def _told(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken(error)
