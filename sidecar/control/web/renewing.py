"""The groups of those who are signed in, asked of the provider again.

Strategy: before something is changed the answer is waited for; while somebody only reads, it is fetched beside the
request that noticed their age, and counts from the next one on.

Rules:
- To change something, groups are younger than `FRESH`. To read, they are asked for again every `Parts.groups_again`.
- The provider knows the person no more: signed out. It does not answer: reading goes on until the session ends, and
  nothing is changed meanwhile.
- One at a time for each session: a refresh token works once, and whoever waited finds the groups renewed.
"""

import asyncio
from weakref import WeakValueDictionary

from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.web.parts import Parts
from sidecar.control.web.relying import ProviderAway, SignInFailed
from sidecar.control.web.session import LOCAL, Session
from sidecar.core.errors import GatehouseError

# Seconds. A reviewer who was taken out of a group decides nothing a minute later.
FRESH = 60.0
# So many sessions whose last question is remembered, so that a provider that is away is not asked at each request.
MOST_REMEMBERED = 10_000


class Renewing:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._sessions = parts.sessions
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._asked: dict[str, float] = {}
        self._beside: set[asyncio.Task[None]] = set()

    async def fresh(self, session: Session) -> Session | None:
        """With groups that are good for a change. Nothing: nobody vouches for them any more; `ProviderAway`: nobody
        can be asked."""
        return await self._younger(session, min(FRESH, self._parts.groups_again))

    def soon(self, session: Session) -> None:
        """Look beside this request whether they still hold."""
        now = self._parts.clock()
        # Without a refresh token nobody can be asked, and the session ends at its time.
        if not self._old(session, self._parts.groups_again) or session.renewal is None or self._parts.relying is None:
            return
        if now - self._asked.get(session.id, float("-inf")) < self._parts.groups_again:
            return
        if len(self._asked) >= MOST_REMEMBERED:
            self._asked.clear()
        self._asked[session.id] = now
        task = asyncio.create_task(self._quietly(session))
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _quietly(self, session: Session) -> None:
        try:
            await self._younger(session, self._parts.groups_again)
        except GatehouseError:
            return  # it is away, or the database is: asked again later

    def _old(self, session: Session, age: float) -> bool:
        return session.provider != LOCAL and self._parts.clock() - session.groups_at >= age

    async def _younger(self, session: Session, age: float) -> Session | None:
        if not self._old(session, age):
            return session
        lock = self._locks.setdefault(session.id, asyncio.Lock())
        async with lock:
            now = await self._sessions.find(session.cookie)
            if now is None or not self._old(now, age):
                return now
            return await self._renewed(now)

    async def _renewed(self, session: Session) -> Session | None:
        if self._parts.relying is None or session.renewal is None:
            return None
        try:
            person = await self._parts.relying.renew(session.renewal)
        except ProviderAway:
            raise
        except (SignInFailed, TokenRefused):
            person = None
        if person is None or person.subject != session.subject:
            await self._sessions.end(session)
            return None
        return await self._sessions.renewed(session, person.groups, person.renewal)
