"""The one question to people that an exchange may have open.

Rules: whoever ends the exchange ends the question; to be cancelled is to withdraw it. What goes wrong is given to
`broken`: nobody awaits it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from sidecar.core.approval.answer import Answer
from sidecar.core.exchange.commands import Ask
from sidecar.extproc.seat import Approvals


class Asking:
    """`settled` is told the answer."""

    def __init__(
        self,
        approvals: Approvals,
        settled: Callable[[Answer], Awaitable[None]],
        broken: Callable[[BaseException], None],
    ) -> None:
        self._approvals = approvals
        self._settled = settled
        self._broken = broken
        self._asking: asyncio.Task[Answer] | None = None
        self._telling: asyncio.Task[None] | None = None

    def begin(self, command: Ask) -> None:
        if self._asking is not None:
            raise RuntimeError("asked twice at once")
        asking: Coroutine[Any, Any, Answer] = self._approvals.ask(command.asked, command.patience)
        self._asking = asyncio.get_running_loop().create_task(asking)
        self._asking.add_done_callback(self._answered)

    def withdraw(self) -> None:
        """People need not answer any more. Without effect once they have."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def _answered(self, task: "asyncio.Task[Answer]") -> None:
        if task.cancelled() or task is not self._asking:
            return
        self._asking = None
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
