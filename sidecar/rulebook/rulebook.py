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
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from sidecar.core.errors import ConfigurationError
from sidecar.core.policy.book import PolicySource
from sidecar.rulebook.bundle.bundle import Bundle
from sidecar.rulebook.bundle.kept import Kept
from sidecar.rulebook.watcher import Watcher
from sidecar.telemetry.log import EventLog
from sidecar.telemetry.metrics import (
    BUNDLE_MADE,
    BUNDLE_VERSION,
    POLICY_INFO,
    POLICY_LOADED,
    POLICY_LOADS,
    POLICY_STALE,
    Metrics,
)

T = TypeVar("T")
SECONDS_BETWEEN_LOOKS = 1.0
log = EventLog("rulebook")


@dataclass(frozen=True, slots=True)
class Status:
    """`error` says why newer rules are not in force. `loaded_at` is in Unix seconds. `bundle`: that some came in."""

    digest: str
    loaded_at: float
    error: ConfigurationError | None
    bundle: Bundle | None = None


class Rulebook(Generic[T]):
    """`compile` makes rules of sources or raises `ConfigurationError`; `digest` names what it made."""

    def __init__(
        self,
        patterns: Sequence[str],
        compile: Callable[[Sequence[PolicySource]], T],
        digest: Callable[[T], str],
        metrics: Metrics,
        *,
        bundle: Kept | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Reads and compiles at once; raises if that is not possible. `bundle`: rules beside those of the patterns."""
        self._watcher = Watcher(patterns, bundle)
        self._compile = compile
        self._digest = digest
        self._metrics = metrics
        self._clock = clock
        self._elsewhere: ConfigurationError | None = None
        self.current: T = compile(self._watcher.read())
        self._status = self._in_force()

    def status(self) -> Status:
        if self._elsewhere is not None and self._status.error is None:
            return replace(self._status, error=self._elsewhere)
        return self._status

    def elsewhere(self, error: ConfigurationError | None) -> None:
        """Newer rules that did not get as far as a file were refused, or no longer are."""
        if error is self._elsewhere:
            return
        self._elsewhere = error
        if error is not None:
            self._alarm(error)
        elif self._status.error is None:
            self._metrics.set(POLICY_STALE, 0)

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
        status = Status(self._digest(self.current), self._clock(), None, self._watcher.bundle)
        self._metrics.add(POLICY_LOADS, outcome="ok")
        self._metrics.set(POLICY_STALE, self._elsewhere is not None)
        self._metrics.set(POLICY_LOADED, status.loaded_at)
        self._metrics.only(POLICY_INFO, 1, digest=status.digest)
        if status.bundle is not None:
            self._metrics.only(BUNDLE_VERSION, status.bundle.manifest.version, digest=status.bundle.digest)
            self._metrics.set(BUNDLE_MADE, status.bundle.manifest.created)
        log.info("policies in force", digest=status.digest, **_titled(status.bundle))
        return status

    def _refuse(self, error: ConfigurationError) -> bool:
        self._status = replace(self._status, error=error)
        self._alarm(error)
        return False

    def _alarm(self, error: ConfigurationError) -> None:
        self._metrics.add(POLICY_LOADS, outcome="refused")
        self._metrics.set(POLICY_STALE, 1)
        mistakes = [str(mistake) for mistake in error.mistakes]
        log.error("policies refused, the last good ones stay in force", digest=self._status.digest, mistakes=mistakes)


def _titled(bundle: Bundle | None) -> dict[str, str]:
    return {"bundle": bundle.title, "bundle_digest": bundle.digest} if bundle else {}
