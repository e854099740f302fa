"""The one request that an exchange may send on after its client's answer has begun.

Rules: only where no connection came about is it certain that no upstream was asked, and `ForwardFailed` says so.
Whatever breaks later is `Gone`, and the client's answer breaks off with it. What goes wrong is given to `broken`:
nobody awaits it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange import events as e
from sidecar.extproc.onward import Broke, Closed, Onward, answer
from sidecar.extproc.stop import Broken

CLOSED = "The gate cannot send calls on at the moment. Try again; if it stays so, tell the gate's operator."


class Sending:
    """`came` is told each event of the answer."""

    def __init__(
        self,
        clock: Callable[[], float],
        came: Callable[[e.Event], Awaitable[None]],
        broken: Callable[[BaseException], None],
    ) -> None:
        self._clock = clock
        self._came = came
        self._broken = broken
        self._sending: asyncio.Task[None] | None = None
        self._telling = self._dropped = False

    @property
    def begun(self) -> bool:
        return self._sending is not None

    def begin(self, socket: Path, request: Onward) -> None:
        self._sending = asyncio.get_running_loop().create_task(self._send(socket, request))
        self._sending.add_done_callback(self._done)

    def drop(self) -> None:
        """Nobody waits for it any more. What is being told is told to its end: facts hang on it."""
        self._dropped = True
        if self._sending is not None and not self._telling:
            self._sending.cancel()

    async def _send(self, socket: Path, request: Onward) -> None:
        try:
            async with aclosing(answer(socket, request, self._clock)) as events:
                async for event in events:
                    await self._tell(event)
                    if self._dropped:
                        return
        except Broke as error:
            await self._tell(e.Gone(self._clock()))
            raise Broken("an answer broke off whose request was sent on") from error
        except Closed:
            await self._tell(e.ForwardFailed(Refused(503, Code.OVERLOADED, CLOSED), self._clock()))

    async def _tell(self, event: e.Event) -> None:
        self._telling = True
        try:
            await self._came(event)
        finally:
            self._telling = False

    def _done(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken(error)
