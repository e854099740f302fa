"""The timer of one exchange."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Alarm:
    """Runs `ring` at the time it was last set to. What goes wrong there is given to `broken`: nobody awaits it."""

    def __init__(
        self,
        clock: Callable[[], float],
        ring: Callable[[], Coroutine[Any, Any, None]],
        broken: Callable[[BaseException], None],
    ) -> None:
        self._clock = clock
        self._ring = ring
        self._broken = broken
        self._timer: asyncio.TimerHandle | None = None
        self._ringing: asyncio.Task[None] | None = None

    def set(self, at: float | None) -> None:
        """Ring at this time and not at the one set before; None: not at all."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if at is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, at - self._clock()), self._start)

    def _start(self) -> None:
        self._timer = None
        self._ringing = asyncio.get_running_loop().create_task(self._ring())
        self._ringing.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken(error)
