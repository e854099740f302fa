"""What all exchanges of one data plane share.

Rules: the one mutable corner of the exchange. `rules` is swapped whole by a reload; everything else is bounded.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from sidecar.core.exchange.mcp.given_up import GivenUp
from sidecar.core.exchange.mcp.pins import Pins
from sidecar.core.exchange.quarantine import Quarantine
from sidecar.core.exchange.rules import Rules
from sidecar.core.exchange.tool_call import Understand
from sidecar.core.mask.memory import Memories
from sidecar.core.model.block import Block
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Connection
from sidecar.core.model.described import Own
from sidecar.core.model.effect import Understood
from sidecar.core.policy.limits import Ledger
from sidecar.core.understand.understand import understand
from sidecar.core.wire.json_strict import JsonLimits

# A session that has not called for this many other sessions starts afresh under the policy in force.
MAX_SESSIONS = 10_000


class SessionRules:
    """Which rules each session started with, least recently used first out."""

    def __init__(self) -> None:
        self._started: OrderedDict[str, Rules] = OrderedDict()
        self._united: dict[tuple[str, str], Rules] = {}

    def of(self, scope: str | None, current: Rules) -> Rules:
        """The rules for a session: its first ones together with those in force. No session: those in force."""
        if scope is None:
            return current
        first = self._started.setdefault(scope, current)
        self._started.move_to_end(scope)
        while len(self._started) > MAX_SESSIONS:
            self._started.popitem(last=False)
        return current if first.digest == current.digest else self.united(first, current)

    def prepare(self, current: Rules) -> None:
        """Unite every set still in use with a new one ahead of time, and forget unions nobody needs."""
        in_use = {rules.digest: rules for rules in self._started.values()}
        self._united = {key: value for key, value in self._united.items() if key[1] == current.digest}
        for first in in_use.values():
            if first.digest != current.digest:
                self.united(first, current).compiled.warm()

    def united(self, first: Rules, current: Rules) -> Rules:
        key = (first.digest, current.digest)
        if key not in self._united:
            self._united[key] = Rules.of(*first.books, *current.books)
        return self._united[key]


class Counted:
    """Which batches' results have been counted. They may be fetched often, and are paid for once."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()

    def first_time(self, what: str) -> bool:
        known = what in self._seen
        self._seen[what] = None
        self._seen.move_to_end(what)
        while len(self._seen) > MAX_SESSIONS:
            self._seen.popitem(last=False)
        return not known


def _nobody(_: Caller, __: str) -> Block | None:
    return None


@dataclass(slots=True)
class Gate:
    """`name`: of this gate, as people read it. `blocked`: what stands against a caller on a connection. `understand`:
    what a tool call would do."""

    rules: Rules
    connections: tuple[Connection, ...]
    mask_key: bytes = field(repr=False)
    memories: Memories = field(default_factory=Memories)
    ledger: Ledger = field(default_factory=Ledger)
    sessions: SessionRules = field(default_factory=SessionRules)
    counted: Counted = field(default_factory=Counted)
    pins: Pins = field(default_factory=Pins)
    given_up: GivenUp = field(default_factory=GivenUp)
    limits: JsonLimits = field(default_factory=JsonLimits)
    body_limit: int = 32 * 1024 * 1024  # of a body as it comes; `limits.bytes` is what it may be once decoded
    keep_originals: bool = False  # hand out what came, to be sealed for an auditor
    name: str = "gate"
    blocked: Callable[[Caller, str], Block | None] = _nobody
    understand: Callable[..., Understood] = understand
    quarantine: Quarantine = field(default_factory=Quarantine)

    def reader(self, own: Own, name: str = "") -> Understand:
        """What reads a call whose policies describe these. `name`: of the tool as rules know it."""
        return partial(self.understand, own=own, name=name) if own or name else self.understand
