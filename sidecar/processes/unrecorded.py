"""Calls that pass although the record is full, because every policy for them says so: what is told of them instead.

Strategy: the first of a gap becomes `gap_opened`, which goes into the spool's reserve and is durable before that call
goes on. The others are only counted, in memory, by connection. `look`, about once a second, writes a `gap` with the
counts when there is room again and no more of them come; while it lasts, one a minute with the counts so far.

Rules:
- If not even the opening can be recorded, nothing passes.
- Whoever is killed in a gap leaves its opening without an end: a check of the record then says that the number is not
  known. What the record says is never less than what happened.
- All other facts go on as they are.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sidecar.core.errors import RecordingFailed
from sidecar.core.exchange.course import PASSED
from sidecar.extproc.seat import NO_PARTS, Parts, Recorder
from sidecar.record.moment import written_at
from sidecar.telemetry.log import EventLog
from sidecar.telemetry.metrics import UNRECORDED, Metrics

log = EventLog("record")
QUIET = 5.0  # seconds in which nothing passed: a gap is not one for each call of a busy minute
SO_FAR = 60.0  # seconds; of the counts this much is lost if the gate is killed, and the reserve holds years of them


@dataclass(slots=True)
class Gap:
    """`told`: when the record last heard of it, and `known`: of how many calls. `policies`: by which they passed."""

    first: float
    last: float
    told: float
    name: str
    policies: tuple[str, ...]
    calls: Counter[str] = field(default_factory=Counter)
    known: int = 0

    def opening(self) -> dict[str, object]:
        return {"gap": self.name, "from": written_at(self.first), "policies": list(self.policies)}

    def fact(self, closed: bool) -> dict[str, object]:
        counted = {"calls": dict(self.calls), "closed": closed}
        return {**self.opening(), "to": written_at(self.last), **counted}


class Gaps:
    """A recorder around another one. `roomy`: whether the record takes new calls again."""

    def __init__(
        self,
        recorder: Recorder,
        metrics: Metrics,
        roomy: Callable[[], bool],
        clock: Callable[[], float],
        new_name: Callable[[], str] = lambda: f"gg_{secrets.token_hex(10)}",
    ) -> None:
        self._recorder = recorder
        self._metrics = metrics
        self._roomy = roomy
        self._clock = clock
        self._new_name = new_name
        self._gap: Gap | None = None
        self._turn = asyncio.Lock()

    async def record(self, kind: str, fact: Mapping[str, Any], parts: Parts = NO_PARTS) -> None:
        if kind == PASSED:
            await self._passes(fact["connection"], tuple(fact["policies"]))
        else:
            await self._recorder.record(kind, fact, parts)

    async def look(self) -> None:
        """What is there to be told by now."""
        async with self._turn:
            gap, now = self._gap, self._clock()
            if gap is None:
                return
            over = self._roomy() and now >= gap.last + QUIET
            if over or (gap.calls.total() > gap.known and now >= gap.told + SO_FAR):
                await self._tell(gap, over, now)

    async def close(self) -> None:
        """No more calls come: tell what is not told yet."""
        async with self._turn:
            if self._gap is not None:
                await self._tell(self._gap, True, self._clock())

    async def _passes(self, connection: str, policies: tuple[str, ...]) -> None:
        """Returns when the call may go on; raises `RecordingFailed` when it may not."""
        async with self._turn:
            now = self._clock()
            gap = self._gap or Gap(now, now, now, self._new_name(), policies)
            if self._gap is None:
                await self._recorder.record("gap_opened", gap.opening())
                log.error("the record is full: calls pass unrecorded, as policies say", policies=list(policies))
                self._gap = gap
            gap.last = now
            gap.policies = tuple(dict.fromkeys((*gap.policies, *policies)))
            gap.calls[connection] += 1
        self._metrics.add(UNRECORDED, connection=connection)

    async def _tell(self, gap: Gap, over: bool, now: float) -> None:
        try:
            await self._recorder.record("gap", gap.fact(over))
        except RecordingFailed as failed:
            log.error("how many calls passed unrecorded cannot be recorded yet", why=str(failed))
            return
        gap.told, gap.known = now, gap.calls.total()
        if over:
            log.info("calls are recorded again", unrecorded=gap.calls.total())
            self._gap = None
