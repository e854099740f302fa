"""Sends what waits in the outbox, and again until it arrived or a day is over.

Strategy: each destination has a worker of its own, so that one that hangs holds up nobody else. A worker claims one row
for the length of a lease; a process that dies with it leaves it to whoever comes when the lease is over. So a message
arrives at least once, and its id says which one it is.

Rules:
- That something is told to whom is in the trail before it leaves; what cannot be recorded is not sent.
- Of several control planes only the holder of a row sends it. Should clocks differ by more than a lease, both may.
"""

import asyncio
import contextlib
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sidecar.control.notify import rows
from sidecar.control.notify.news import Garbled, News, read
from sidecar.control.notify.outcome import Outcome
from sidecar.control.notify.pause import pause
from sidecar.control.notify.rows import OUTBOX, Row, State
from sidecar.control.store.engine import StoreFailed
from sidecar.control.store.store import Store
from sidecar.control.trail import Trail
from sidecar.core.errors import RecordingFailed
from sidecar.settings.notify import Route
from sidecar.telemetry.log import EventLog

# Longer than any try lasts, twice over.
LEASE = 75.0
# Announcements wake a worker at once; this is for what another process wrote while nobody listened.
LOOK = 30.0
SWEEP = 3600.0
# Slack takes one message a second, and nobody reads faster: who opens tickets and withdraws them in a loop makes a
# trickle, in which what was withdrawn meanwhile is dropped.
PACE: Mapping[str, float] = MappingProxyType({"slack": 1.0, "teams": 1.0, "email": 1.0})
KEPT = 30 * 24 * 3600.0  # seconds that ended ones stay visible
log = EventLog("notifications")
Deliver = Callable[[Route, str, News], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Chance:
    """What is not the same at every run. `draw`: from 0 to 1."""

    clock: Callable[[], float] = time.time
    draw: Callable[[], float] = random.random  # spreads tries; nothing is kept secret by it
    holder: Callable[[], str] = lambda: secrets.token_hex(8)


class Sender:
    """`run`: until cancelled. `step`: one row."""

    def __init__(
        self,
        store: Store,
        trail: Trail,
        routes: Sequence[Route],
        deliver: Deliver,
        *,
        chance: Chance | None = None,
        lease: float = LEASE,
    ) -> None:
        self._store = store
        self._trail = trail
        self._deliver = deliver
        self._lease = lease
        self._chance = chance or Chance()
        self._bells = {route: asyncio.Event() for route in routes}

    async def run(self) -> None:
        heard = await self._store.listen(OUTBOX)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._sweep())
                for route in self._bells:
                    group.create_task(self._work(route))
                async for _ in heard:
                    for bell in self._bells.values():
                        bell.set()
        finally:
            heard.close()

    async def step(self, route: Route) -> bool:
        """Try the row that is due; false if none is."""
        now, holder = self._chance.clock(), self._chance.holder()
        if not await self._due(route, now):
            return False
        async with self._store.transaction() as transaction:
            row = await rows.claim(transaction, route.name, holder, now, self._lease)
        if row is None:
            return False
        outcome = await self._tried(route, row, now)
        await self._settled(row, holder, outcome)
        return True

    async def _due(self, route: Route, now: float) -> bool:
        """A look first: it waits for nobody who writes."""
        sql = "SELECT id FROM notifications WHERE route = ? AND state = 'waiting' AND due <= ? LIMIT 1"
        return bool(await self._store.rows(sql, route.name, now))

    async def _tried(self, route: Route, row: Row, now: float) -> Outcome:
        if now >= row.tell_until:
            return Outcome(False, row.said or "Its time was over before it could be sent.", final=True)
        try:
            news = read(row.news)
            await self._trail.record("notified", _fact(row, "sending"))
        except Garbled as error:
            return Outcome(False, str(error), final=True)
        except RecordingFailed:
            return Outcome(False, "It could not be recorded, so it was not sent.")
        return await self._deliver(route, row.id, news)

    async def _settled(self, row: Row, holder: str, outcome: Outcome) -> None:
        now, tries = self._chance.clock(), row.tries + 1
        due = now + max(pause(tries, self._chance.draw()), outcome.wait)
        dead = not outcome.delivered and (outcome.final or due >= row.tell_until)
        async with self._store.transaction() as transaction:
            if outcome.delivered:
                await rows.delivered(transaction, row.id, outcome.said, now)
            elif dead:
                await rows.died(transaction, row, holder, outcome.said, now)
            else:
                await rows.failed(transaction, row, holder, outcome.said, due)
        if outcome.delivered or dead:
            await self._ended(row, State.DELIVERED if outcome.delivered else State.DEAD, outcome)

    async def _ended(self, row: Row, state: State, outcome: Outcome) -> None:
        if state is State.DEAD:
            log.warning("not delivered", route=row.route, notification=row.id, said=outcome.said)
        try:
            await self._trail.record("notified", {**_fact(row, state.value), "said": outcome.said})
        except RecordingFailed as error:
            # That it was sent is in the trail since before; how it ended is in the outbox.
            log.warning("the end of a notification is not in the trail", notification=row.id, why=str(error))

    async def _work(self, route: Route) -> None:
        bell = self._bells[route]
        while True:
            bell.clear()
            wait = LOOK
            try:
                while await self.step(route):
                    await _rest(route)
                wait = await self._until_next(route)
            except StoreFailed as error:
                log.warning("the outbox cannot be read", route=route.name, why=str(error))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await bell.wait()

    async def _until_next(self, route: Route) -> float:
        sql = "SELECT min(due) AS due FROM notifications WHERE route = ? AND state = 'waiting'"
        due = (await self._store.rows(sql, route.name))[0]["due"]
        return LOOK if due is None else min(LOOK, max(0.0, float(str(due)) - self._chance.clock()))

    async def _sweep(self) -> None:
        while True:
            now = self._chance.clock()
            try:
                async with self._store.transaction() as transaction:
                    await rows.swept(transaction, now, now - KEPT)
            except StoreFailed as error:
                log.warning("the outbox cannot be swept", why=str(error))
            await asyncio.sleep(SWEEP)


async def _rest(route: Route) -> None:
    await asyncio.sleep(PACE.get(route.kind, 0.0))


def _fact(row: Row, result: str) -> Mapping[str, object]:
    return {
        "notification": row.id,
        "route": row.route,
        "to": row.kind,
        "occasion": row.occasion,
        "about": row.about,
        "tries": row.tries + 1,
        "result": result,
    }
