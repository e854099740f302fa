"""Sessions that a rule stopped: nothing more of them is forwarded until somebody lifts it.

Rules:
- A session is that of one caller: nobody stops another's by claiming its name. Calls without a session count as one.
- Bounded, the oldest first out. Known to this gate only, and until it ends.
"""

from collections import OrderedDict

from sidecar.core.model.block import Block, Target
from sidecar.core.model.caller import Caller
from sidecar.core.model.finding import Verdict

MOST = 10_000  # as many as there are sessions in memory
LIFTED = "The session can go on only after the people who run this gate have looked at it."


class Quarantine:
    def __init__(self) -> None:
        self._stopped: OrderedDict[tuple[str, str, str | None], Block] = OrderedDict()

    def __len__(self) -> int:
        return len(self._stopped)

    def put(self, caller: Caller, verdict: Verdict, exchange: str, at: float) -> Block:
        """In force from the next request on. The same again is the block that stands."""
        reason = f"rule {verdict.rule} has stopped this session: {(verdict.say or '').strip()} {LIFTED}"
        session = caller.claimed_session or ""
        block = self._stopped.setdefault(_key(caller), Block(f"q_{exchange}", Target.SESSION, session, reason, at))
        while len(self._stopped) > MOST:
            self._stopped.popitem(last=False)
        return block

    def against(self, caller: Caller) -> Block | None:
        return self._stopped.get(_key(caller))

    def lift(self, block: str) -> bool:
        """By the block's name. Whether there was one."""
        found = [key for key, one in self._stopped.items() if one.id == block]
        for key in found:
            del self._stopped[key]
        return bool(found)


def _key(caller: Caller) -> tuple[str, str, str | None]:
    return caller.provider, caller.subject, caller.claimed_session
