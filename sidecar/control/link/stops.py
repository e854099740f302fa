"""Sessions that a rule stopped here, until the control plane knows of them.

Strategy: said at once, and again on every new connection and with every beat, until the control plane answers that the
block stands. It tells all blocks before it says so; whoever kept this one can let it go then.

Rule: bounded like the quarantine it comes from, the oldest first out.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator

from google.protobuf.message import Message

from sidecar.control import messages
from sidecar.core.model.block import Block

MOST = 10_000


def _nobody(_: str) -> None:
    """Nobody waits for it."""


class Stops:
    """`known`: hears the name of a block that stands from now on."""

    def __init__(self, say: Callable[[Message], None]) -> None:
        self._say = say
        self._unheard: OrderedDict[str, Block] = OrderedDict()
        self.known: Callable[[str], object] = _nobody

    def __len__(self) -> int:
        return len(self._unheard)

    def stop(self, block: Block) -> None:
        self._unheard[block.id] = block
        while len(self._unheard) > MOST:
            self._unheard.popitem(last=False)
        self._say(messages.stop_message(block))

    def unheard(self) -> Iterator[Message]:
        """What has to be said again."""
        return map(messages.stop_message, tuple(self._unheard.values()))

    def stands(self, identifier: str) -> None:
        if self._unheard.pop(identifier, None) is not None:
            self.known(identifier)
