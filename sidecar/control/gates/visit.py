"""One data plane that is connected: what it asked on this stream, and what waits to be said to it.

Rule: of the blocks the newest state alone waits. Ten stops within a moment are one message to each of thousands of data
planes, and not ten.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Visit:
    """`asked`: question -> ticket, as long as it waits here. `state`: what it said of itself last."""

    gate: str
    instance: str
    version: str
    since: float
    heard: float
    policy_digest: str = ""
    open_exchanges: int = 0
    asked: dict[str, str] = field(default_factory=dict)
    _blocks: int | None = None
    _closed: bool = False
    _newest: bytes | None = None
    _unsaid: deque[bytes | None] = field(default_factory=deque)  # nothing: the newest blocks, in their turn
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, message: bytes) -> None:
        self._unsaid.append(message)
        self._woken.set()

    def say_blocks(self, version: int, message: bytes) -> None:
        """Two readers of the blocks may finish in another order than they began: nobody is told an older state."""
        if self._blocks is None or version >= self._blocks:
            waits, self._blocks, self._newest = self._newest is not None, version, message
            if not waits:
                self._unsaid.append(None)
                self._woken.set()

    async def next(self) -> bytes | None:
        """What to say next; nothing once the stream ends."""
        while not self._closed and not self._unsaid:
            self._woken.clear()
            await self._woken.wait()
        if self._closed:
            return None
        said = self._unsaid.popleft()
        if said is None:
            said, self._newest = self._newest, None
        return said

    def close(self) -> None:
        """The stream ends: what was not said is said on the next one."""
        self._closed = True
        self._woken.set()

    def heard_state(self, said: Any, now: float) -> None:
        self.heard = now
        self.open_exchanges = said.open_exchanges
        self.policy_digest = said.policy_digest
