"""The rules in force: compiled whole, swapped whole, and the last good ones kept while new ones are bad.

Rules:
- At the start there are no last good ones: rules that do not compile stop the start.
- Afterwards a bad file changes nothing but the alarm: an error in the log with every mistake, `gatehouse_policy_stale`
  at 1, and `status().error`, until good ones come.
- Compiling runs in a thread, so that open exchanges go on meanwhile. Only what was written wrongly is caught there; a
  bug in the compiler ends `watch`, and whoever runs it says so.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sidecar.core.errors import ConfigurationError
from sidecar.core.policy.book import PolicySource
from sidecar.rulebook.watcher import Watcher
from sidecar.telemetry.log import EventLog
from sidecar.telemetry.metrics import POLICY_LOADED, POLICY_LOADS, POLICY_STALE, Metrics

T = TypeVar("T")
SECONDS_BETWEEN_LOOKS = 1.0
log = EventLog("rulebook")


@dataclass(frozen=True, slots=True)
class Status:
    """`error` says why newer rules are not in force. `loaded_at` is in Unix seconds."""

    digest: str
    loaded_at: float
    error: ConfigurationError | None


class Rulebook(Generic[T]):
    """`compile` makes rules of sources or raises `ConfigurationError`; `digest` names what it made."""

    def __init__(
        self,
        patterns: Sequence[str],
        compile: Callable[[Sequence[PolicySource]], T],
        digest: Callable[[T], str],
        metrics: Metrics,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Reads and compiles at once; raises if that is not possible."""
        self._watcher = Watcher(patterns)
        self._compile = compile
        self._digest = digest
        self._metrics = metrics
        self._clock = clock
        self.current: T = compile(self._watcher.read())
        self._status = self._in_force()

    def status(self) -> Status:
        return self._status

    async def look(self) -> bool:
        """Look once; whether other rules are in force now."""
        found = await asyncio.to_thread(self._watcher.look)
        if found is None:
            return False
        if isinstance(found, ConfigurationError):
            return self._refuse(found)
        try:
            self.current = await asyncio.to_thread(self._compile, found)
        except ConfigurationError as error:
            return self._refuse(error)
        self._status = self._in_force()
        return True

    async def watch(self, wait: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        """Look for ever."""
        while True:
            await wait(SECONDS_BETWEEN_LOOKS)
            await self.look()

    def _in_force(self) -> Status:
        status = Status(self._digest(self.current), self._clock(), None)
        self._metrics.add(POLICY_LOADS, outcome="ok")
        self._metrics.set(POLICY_STALE, 0)
        self._metrics.set(POLICY_LOADED, status.loaded_at)
        self._metrics.policies_in_force(status.digest)
        log.info("policies in force", digest=status.digest)
        return status

    def _refuse(self, error: ConfigurationError) -> bool:
        self._status = Status(self._status.digest, self._status.loaded_at, error)
        self._metrics.add(POLICY_LOADS, outcome="refused")
        self._metrics.set(POLICY_STALE, 1)
        mistakes = [str(mistake) for mistake in error.mistakes]
        log.error("policies refused, the last good ones stay in force", digest=self._status.digest, mistakes=mistakes)
        return False
