"""One text of a stream: the pieces that wait for their verdict, and what was said and delivered so far.

Rules: `said` and `delivered` are kept until the block ends, so that the words can be recognised when the agent
replays them; both are bounded by the largest answer a model gives.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from sidecar.core.exchange.shown import Item
from sidecar.core.mask.stream import TextStream


@dataclass(slots=True, repr=False)
class Waiting:
    """`rewritten` gives the bytes that carry another text."""

    item: Item
    text: str
    raw: bytes
    rewritten: Callable[[str], bytes]


@dataclass(slots=True, repr=False)
class Lane:
    stream: TextStream
    waiting: deque[Waiting] = field(default_factory=deque)
    said: list[str] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)

    def feed(self, waiting: Waiting) -> None:
        self.waiting.append(waiting)
        self._settle(self.stream.feed(waiting.text))

    def flush(self) -> tuple[str, str]:
        """Decide the rest; what was delivered and what the provider said."""
        self._settle(self.stream.flush())
        return "".join(self.delivered), "".join(self.said)

    def _settle(self, texts: tuple[str, ...]) -> None:
        for text in texts:
            waiting = self.waiting.popleft()
            self.said.append(waiting.text)
            self.delivered.append(text)
            waiting.item.data = waiting.raw if text == waiting.text else waiting.rewritten(text)
