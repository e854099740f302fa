"""Facts of one exchange on their way to the record, in order, whether or not anything waits for them."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from sidecar.core.errors import RecordFull, RecordingFailed
from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.events import Recorded
from sidecar.extproc.seat import NO_PARTS, Parts, Recorder

log = logging.getLogger(__name__)


class Notes:
    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._last: asyncio.Task[None] | None = None

    @property
    def settled(self) -> bool:
        return self._last is None or self._last.done()

    async def write(self, kind: str, fact: Mapping[str, object], parts: Parts = NO_PARTS) -> None:
        """Return when the fact is durable, or raise `RecordingFailed`. What was added before comes first."""
        await self.settle()
        await self._recorder.record(kind, fact, parts)

    def add(self, kind: str, fact: Mapping[str, object], parts: Parts = NO_PARTS) -> None:
        """Make the fact durable in the background."""
        self._last = asyncio.get_running_loop().create_task(self._after(self._last, kind, fact, parts))

    async def take(self, command: Record, clock: Callable[[], float]) -> Recorded | None:
        """What the exchange hears of it, if it waits."""
        if not command.wait:
            self.add(command.kind, command.fact, command.parts)
            return None
        try:
            await self.write(command.kind, command.fact, command.parts)
        except RecordingFailed as failed:
            return Recorded(clock(), str(failed) or "recording failed", isinstance(failed, RecordFull))
        return Recorded(clock())

    async def settle(self) -> None:
        if not self.settled and self._last is not None:
            await asyncio.wait((self._last,))

    async def _after(
        self, before: "asyncio.Task[None] | None", kind: str, fact: Mapping[str, object], parts: Parts
    ) -> None:
        if before is not None:
            await asyncio.wait((before,))
        try:
            await self._recorder.record(kind, fact, parts)
        except RecordingFailed as failed:
            # Nothing waits for this fact; the recorder itself refuses the next one that something waits for.
            log.error("a fact of kind %s could not be recorded: %s", kind, failed)
