"""Follows the place where a bundle lies: what is new there is looked at, and kept on disk if everything is right.

Strategy: what is kept is a file like any other that the rulebook watches, so a bundle comes into force by the same hot
reload. The follower only decides what gets there.

Rules:
- What was refused changes nothing but the alarm (`refused`). A place that does not answer is no refusal: it is asked
  again soon, and then more and more rarely up to the usual rhythm.
- The rhythm has some chance in it, so that ten thousand gates do not ask at once; never less often than was set.
- At the start, without a bundle that may be used there is no start.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sidecar.core.errors import ConfigurationError, Mistake
from sidecar.rulebook.bundle.accept import Terms, refuse_older, refuse_unusable
from sidecar.rulebook.bundle.bundle import Bundle, verified
from sidecar.rulebook.bundle.fetch import WITHIN, Access, Fetched, fetched
from sidecar.rulebook.bundle.kept import Kept
from sidecar.rulebook.bundle.trouble import BundleAway, BundleRefused
from sidecar.settings.bundle import Place
from sidecar.telemetry.log import EventLog
from sidecar.telemetry.metrics import BUNDLE_FAILED, BUNDLE_LOOKS, BUNDLE_SEEN, Metrics

SOON = 5.0  # seconds after a failure; doubled with each further one
AT_START = 5.0  # where there is a bundle to go on with, a start does not wait for a network that is away
SPREAD = 0.2
log = EventLog("bundle")


@dataclass(frozen=True, slots=True)
class Follows:
    """`check`: what else is wrong with a bundle, a line each: rules that do not compile, tests that fail. It raises
    `BundleAway` where that cannot be said now."""

    place: Place
    every: float
    access: Access
    terms: Terms
    kept: Kept
    check: Callable[[Bundle], Awaitable[Sequence[str]]]


class Follower:
    """`clock` gives Unix seconds; `chance` numbers from 0 to 1."""

    def __init__(
        self,
        follows: Follows,
        metrics: Metrics,
        *,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._follows = follows
        self._metrics = metrics
        self._clock = clock
        self._chance = chance
        self._mark: str | None = None
        self._failures = 0
        self._due = 0.0
        self._why = ""
        self._taken: Bundle | None = None
        self._looked_at: tuple[str, Sequence[str]] = ("", ())  # what was looked at last, and what was wrong with it
        self.refused: ConfigurationError | None = None
        metrics.set(BUNDLE_FAILED, 0)

    async def begin(self) -> Bundle:
        """What to start with, or a `ConfigurationError`."""
        before = await asyncio.to_thread(self._last)
        await self._visit(AT_START if before else WITHIN)
        kept = await asyncio.to_thread(self._last)
        if kept is None:
            raise self._nothing(f"none is kept in {self._follows.kept.file} from before")
        try:
            refuse_unusable(kept, self._follows.terms, self._clock())
        except BundleRefused as refused:
            raise self._nothing(f"the one kept in {self._follows.kept.file} {refused}") from refused
        self._taken = kept
        return kept

    async def look(self) -> None:
        """Ask, if it is time."""
        if self._clock() >= self._due:
            await self._visit(WITHIN)

    async def _visit(self, within: float) -> None:
        follows = self._follows
        try:
            kept = await asyncio.to_thread(follows.kept.file.exists)
            found = await fetched(follows.place, follows.access, self._mark if kept else None, within)
            if found is not None:
                await self._take(found)
            else:
                self._seen("same")
        except BundleAway as away:
            self._away(str(away))
        except BundleRefused as refused:
            self._refuse([f"the bundle {refused}"])
        self._age()
        self._plan()

    async def _take(self, found: Fetched) -> None:
        """Raises where it cannot be taken."""
        follows = self._follows
        kept = await asyncio.to_thread(self._last)
        try:
            bundle = await asyncio.to_thread(verified, found.raw, follows.kept.trusted)
            refuse_unusable(bundle, follows.terms, self._clock())
            refuse_older(bundle, kept or self._taken, follows.terms)
        except BundleRefused:
            self._mark = found.mark
            raise
        new = kept is None or bundle.digest != kept.digest
        if new and (lines := await self._checked(bundle)):
            self._mark = found.mark
            self._refuse([f"{bundle.title}: {line}" for line in lines])
            return
        if new:
            await self._keep(found.raw, bundle)
        self._mark, self.refused, self._taken = found.mark, None, bundle
        self._seen("new" if new else "same")

    async def _checked(self, bundle: Bundle) -> Sequence[str]:
        """Once for each: not every server tells that it has the same one still."""
        if bundle.digest != self._looked_at[0]:
            self._looked_at = bundle.digest, await self._follows.check(bundle)
        return self._looked_at[1]

    async def _keep(self, raw: bytes, bundle: Bundle) -> None:
        try:
            await asyncio.to_thread(self._follows.kept.keep, raw)
        except OSError as error:
            said = f"{bundle.title} cannot be kept in {self._follows.kept.file}: {error.strerror}"
            raise BundleAway(said) from error
        log.info("bundle taken", bundle=bundle.title, digest=bundle.digest, signed_by=bundle.key)

    def _last(self) -> Bundle | None:
        """The one kept; nothing where there is none, or none that can be trusted."""
        try:
            return self._follows.kept.read()
        except ConfigurationError as error:
            if self._follows.kept.file.exists():
                log.warning("the kept bundle is no good", why=str(error))
            return None

    def _nothing(self, kept: str) -> ConfigurationError:
        """Why there is no start: what came, or did not, and what is kept."""
        place = str(self._follows.place)
        said = [mistake.message for mistake in self.refused.mistakes] if self.refused else [self._why]
        last = f"{kept}: without its rules nothing may pass, so the gate does not start"
        return ConfigurationError([Mistake(place, 0, one) for one in (*said, last)])

    def _seen(self, outcome: str) -> None:
        if self._failures:
            log.info("the bundle's place answers again", place=str(self._follows.place))
        self._failures = 0
        self._metrics.add(BUNDLE_LOOKS, outcome=outcome)
        self._metrics.set(BUNDLE_SEEN, self._clock())

    def _away(self, why: str) -> None:
        self._failures += 1
        self._metrics.add(BUNDLE_LOOKS, outcome="away")
        self._metrics.set(BUNDLE_FAILED, self._clock())
        if why != self._why or self._failures == 1:
            log.warning("no bundle could be had", why=why)
        self._why = why

    def _age(self) -> None:
        """One in force whose time is over raises the alarm whatever its place says: the next may be kept back."""
        if self._taken is None or self.refused is not None:
            return
        try:
            refuse_unusable(self._taken, self._follows.terms, self._clock())
        except BundleRefused as refused:
            self._alarm([f"{self._taken.title}, which is in force, {refused}"])

    def _refuse(self, said: Sequence[str]) -> None:
        """The same refusal again is no news."""
        self._seen("refused")
        self._alarm(said)

    def _alarm(self, said: Sequence[str]) -> None:
        error = ConfigurationError([Mistake(str(self._follows.place), 0, one) for one in said])
        if self.refused is None or self.refused.mistakes != error.mistakes:
            self.refused = error

    def _plan(self) -> None:
        every = self._follows.every
        rest = min(every, SOON * 2 ** min(self._failures - 1, 20)) if self._failures else every
        self._due = self._clock() + rest * (1 - SPREAD * self._chance())
