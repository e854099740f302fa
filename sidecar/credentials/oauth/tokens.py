"""The tokens of one connection: fetched when wanted, kept while they last, renewed before they end.

Strategy: a token is kept under a key: that of the caller whose token was exchanged, or one for all. After three
quarters of its time whoever uses it starts a renewal behind his back, and takes the old one. What nobody uses is not
renewed.

Rules:
- One fetch at a time for a key; everybody who comes meanwhile waits for that one.
- After a failure nobody asks for a while (see `backoff`): callers hear at once why there is no token. A failure that
  is about one caller's token holds up nobody else.
- A token that the upstream refuses (401) is dropped, but no sooner than half a minute after the last one was: an
  upstream that refuses everything must not turn us against the endpoint.
- In memory only, and bounded: the least recently used goes first.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sidecar.credentials.oauth.backoff import Backoff
from sidecar.credentials.oauth.grant import Grant, NoToken
from sidecar.credentials.secret import Secret

MOST = 10_000  # of a KiB or two each
SPARED = 30.0
RENEWED_AFTER = 0.7  # of its time; with up to a tenth more, so that many gates do not renew together
# So long before its end a token is no longer used: a call takes time to arrive, and clocks differ.
MARGIN = 10.0

Key = bytes
Ask = Callable[[Secret | None], Awaitable[Grant]]


@dataclass(slots=True)
class _Kept:
    token: Secret | None = None
    since: float = 0.0
    renew: float = 0.0
    ends: float = 0.0
    spared: float = float("-inf")
    fetching: "asyncio.Task[Secret] | None" = None
    backoff: Backoff = field(default_factory=Backoff)

    def usable(self, now: float) -> Secret | None:
        return self.token if now < self.ends else None


class Tokens:
    """`ask` gets a token or raises `NoToken`; `chance` is from 0 to 1; `told` hears of every fetch, with the reason if
    it failed."""

    def __init__(
        self,
        ask: Ask,
        clock: Callable[[], float],
        chance: Callable[[], float],
        told: Callable[[NoToken | None], None],
        most: int = MOST,
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._chance = chance
        self._told = told
        self._most = most
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._trouble = Backoff()
        self._tasks: set[asyncio.Task[Secret]] = set()

    def at_hand(self, key: Key, subject: Secret | None) -> Secret | None:
        """The token if there is one, nothing if it has to be fetched, or `NoToken` if that was tried just now."""
        kept, now = self._of(key), self._clock()
        token, against = kept.usable(now), self._trouble.against(now) or kept.backoff.against(now)
        if token is not None:
            if now >= kept.renew and kept.fetching is None and against is None:
                self._start(kept, subject)
            return token
        if against is not None and kept.fetching is None:
            raise NoToken(str(against), lasting=against.lasting, outcome=against.outcome)
        return None

    async def fetch(self, key: Key, subject: Secret | None) -> Secret:
        """Wait for the token. Whoever goes away does not take the fetch from the others."""
        kept = self._of(key)
        return await asyncio.shield(kept.fetching or self._start(kept, subject))

    def rejected(self, key: Key, token: Secret) -> None:
        """The upstream did not take it."""
        kept, now = self._kept.get(key), self._clock()
        if kept is not None and kept.token is not None and kept.token == token and now >= kept.spared:
            kept.token, kept.ends, kept.spared = None, 0.0, now + SPARED

    def ages(self) -> tuple[int, float]:
        """How many tokens are in use, and the age of the oldest."""
        now = self._clock()
        since = [kept.since for kept in self._kept.values() if kept.usable(now) is not None]
        return len(since), now - min(since) if since else 0.0

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _of(self, key: Key) -> _Kept:
        kept = self._kept.setdefault(key, _Kept())
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return kept

    def _start(self, kept: _Kept, subject: Secret | None) -> "asyncio.Task[Secret]":
        kept.fetching = task = asyncio.get_running_loop().create_task(self._fetched(kept, subject))
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Secret]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # looked at: nobody may be waiting for this one

    async def _fetched(self, kept: _Kept, subject: Secret | None) -> Secret:
        began = self._clock()
        try:
            grant = await self._ask(subject)
        except NoToken as no:
            (kept.backoff if no.lasting else self._trouble).fails(no, self._clock(), self._chance())
            self._told(no)
            raise
        finally:
            kept.fetching = None
        kept.backoff.heals()
        self._trouble.heals()
        kept.token, kept.since = grant.token, began
        kept.renew = began + grant.lasts * (RENEWED_AFTER + self._chance() / 10)
        kept.ends = began + grant.lasts - min(MARGIN, grant.lasts / 5)
        self._told(None)
        return grant.token
