"""Sessions that a rule stopped: nothing more of them is forwarded until somebody lifts it.

Rules:
- A session is that of one caller: nobody stops another's by claiming its name. Calls without a session count as one.
- Bounded, the oldest first out.
- With a control plane a block is told to it (`tell`), and is let go here as soon as it stands there: from then on it is
  a block like any other, on every gate, also after this one has started anew, and people lift it there. Without one it
  is known to this gate only, and until it ends.
"""

from collections import OrderedDict
from collections.abc import Callable

from sidecar.core.model.block import Block, Target, session_of
from sidecar.core.model.caller import Caller
from sidecar.core.model.finding import Verdict

MOST = 10_000  # as many as there are sessions in memory
LIFTED = "The session can go on only after the people who run this gate have looked at it."


def _nobody(_: Block) -> None:
    """There is no control plane."""


class Quarantine:
    def __init__(self, tell: Callable[[Block], None] = _nobody) -> None:
        self.tell = tell
        self._stopped: OrderedDict[str, Block] = OrderedDict()

    def __len__(self) -> int:
        return len(self._stopped)

    def put(self, caller: Caller, verdict: Verdict, exchange: str, at: float) -> Block:
        """In force from the next request on. The same again is the block that stands."""
        reason = f"rule {verdict.rule} has stopped this session: {(verdict.say or '').strip()} {LIFTED}"
        name = session_of(caller)
        if name in self._stopped:
            return self._stopped[name]
        block = self._stopped[name] = Block(f"q_{exchange}", Target.QUARANTINE, name, reason, at)
        while len(self._stopped) > MOST:
            self._stopped.popitem(last=False)
        self.tell(block)
        return block

    def against(self, caller: Caller) -> Block | None:
        return self._stopped.get(session_of(caller))

    def lift(self, block: str) -> bool:
        """By the block's name. Whether there was one."""
        found = [key for key, one in self._stopped.items() if one.id == block]
        for key in found:
            del self._stopped[key]
        return bool(found)
