"""Who listens to what within this process.

Rule: a listener that does not keep up loses nothing but order: beyond `MOST` unread payloads they are replaced by one
`MISSED`, which says to look at everything again.
"""

import asyncio
from collections import deque
from typing import Self

from sidecar.control.store.engine import MISSED

MOST = 10_000


class Ear:
    """One listener."""

    def __init__(self, hearing: "Hearing", topic: str) -> None:
        self._hearing = hearing
        self._unread: deque[str] = deque()
        self._woken = asyncio.Event()
        self._closed = False
        self.topic = topic

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while not self._unread:
            if self._closed:
                raise StopAsyncIteration
            self._woken.clear()
            await self._woken.wait()
        return self._unread.popleft()

    def tell(self, payload: str) -> None:
        if len(self._unread) >= MOST:
            self._unread.clear()
            payload = MISSED
        self._unread.append(payload)
        self._woken.set()

    def close(self) -> None:
        self._closed = True
        self._woken.set()
        self._hearing.forget(self)


class Hearing:
    """All listeners of this process."""

    def __init__(self) -> None:
        self._ears: set[Ear] = set()

    def ear(self, topic: str) -> Ear:
        ear = Ear(self, topic)
        self._ears.add(ear)
        return ear

    def forget(self, ear: Ear) -> None:
        self._ears.discard(ear)

    def tell(self, topic: str, payload: str) -> None:
        for ear in tuple(self._ears):
            if ear.topic == topic:
                ear.tell(payload)

    def missed(self) -> None:
        """Something may have been announced that we did not hear."""
        for ear in tuple(self._ears):
            ear.tell(MISSED)

    def close(self) -> None:
        for ear in tuple(self._ears):
            ear.close()
