"""One data plane that is connected: what it asked on this stream, and what waits to be said to it."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import Message


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
    _unsaid: deque[Message] = field(default_factory=deque)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, message: Message) -> None:
        self._unsaid.append(message)
        self._woken.set()

    def say_blocks(self, version: int, message: Message) -> None:
        """Two readers of the blocks may finish in another order than they began: nobody is told an older state."""
        if self._blocks is None or version >= self._blocks:
            self._blocks = version
            self.say(message)

    async def next(self) -> Message | None:
        """What to say next; nothing once the stream ends."""
        while not self._closed and not self._unsaid:
            self._woken.clear()
            await self._woken.wait()
        return None if self._closed else self._unsaid.popleft()

    def close(self) -> None:
        """The stream ends: what was not said is said on the next one."""
        self._closed = True
        self._woken.set()

    def heard_state(self, said: Any, now: float) -> None:
        self.heard = now
        self.open_exchanges = said.open_exchanges
        self.policy_digest = said.policy_digest
