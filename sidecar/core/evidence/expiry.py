"""What may be missing because its time was over: said by signed checkpoints, and by nobody else.

    a checkpoint of time s with `evidence_days` d allows what is older than s - d to be gone,
    and the newest checkpoint of all what is older than now - d

Strategy: a checkpoint over `count` events, itself event `count + 1`, proves that these are no younger than it is. What
is missing up to there is expired, if the checkpoint is; what is missing beyond is missing.

Rules:
- Nothing is allowed by what stands in the record without a signature, and nothing by a time that is still to come.
- Time never goes back within a chain: what stands before an old event is old.
- A life that was killed ends after its last checkpoint. The first event of the next life says when its last event was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sidecar.core.evidence.checkpoint import Checkpoint

NEVER = ""


@dataclass(frozen=True, slots=True)
class Expired:
    """`until`: what is older may be gone, as the checkpoint of the time `stated` says."""

    until: str
    stated: str
    days: int
    events: int = 0
    parts: int = 0


@dataclass(slots=True)
class _Kind:
    """Of events, or of texts: the newest time at which each number of days was in force."""

    said: dict[int, str] = field(default_factory=dict)
    newest: tuple[str, int | None] = (NEVER, None)

    def believe(self, at: str, days: int | None) -> None:
        if days is not None:
            self.said[days] = max(at, self.said.get(days, NEVER))
        if at >= self.newest[0]:
            self.newest = (at, days)

    def limit(self, now: str) -> Expired:
        stated, days = self.newest
        found = [Expired(_before(min(at, now or at), some), at, some) for some, at in self.said.items()]
        if days is not None and now:
            found.append(Expired(_before(now, days), stated, days))
        return max(found, key=lambda one: one.until, default=Expired(NEVER, NEVER, 0))


class Expiry:
    """Fed with checkpoints whose signatures hold; asked when all were. `now`: RFC 3339 in UTC, or nothing."""

    def __init__(self, now: str = NEVER) -> None:
        self._now = now
        self._events, self._texts = _Kind(), _Kind()
        self._times: dict[str, dict[int, str]] = {}
        self._counted: dict[str, int] = {}
        self.evidence = self.texts = Expired(NEVER, NEVER, 0)
        self.gone = self.parts_gone = 0

    def believe(self, stated: Checkpoint) -> None:
        self._times.setdefault(stated.chain, {})[stated.count + 1] = stated.at
        self._events.believe(stated.at, stated.evidence_days)
        self._texts.believe(stated.at, stated.texts_days)

    def ended(self, chain: str, seq: int, at: str) -> None:
        """A chain's last event, and its time, as the next life has it."""
        self._times.setdefault(chain, {})[seq] = at

    def settle(self) -> None:
        self.evidence, self.texts = self._events.limit(self._now), self._texts.limit(self._now)

    def old(self, at: str) -> bool:
        return NEVER < at <= self.evidence.until

    def old_text(self, at: str) -> bool:
        return NEVER < at <= self.texts.until

    def upto(self, chain: str) -> int:
        """The last event of a chain that is known to be expired; 0 if none is."""
        return max((seq for seq, at in self.times(chain).items() if self.old(at)), default=0)

    def tail(self, chain: str, last: int, seq: int) -> bool:
        """Whether the end of a chain, after event `last` up to `seq`, may be gone; then it is counted, once."""
        if self.upto(chain) < seq:
            return False
        self._count(chain, last, seq)
        return True

    def lost(self, chain: str, seq: int = 0) -> None:
        """All of a chain is gone, and may be: as many events as anybody knows of."""
        self._count(chain, 0, max(seq, self.upto(chain)))

    def _count(self, chain: str, last: int, seq: int) -> None:
        counted = max(last, self._counted.get(chain, 0))
        self._counted[chain] = max(counted, seq)
        self.gone += max(0, seq - counted)

    def times(self, chain: str) -> Mapping[int, str]:
        return self._times.get(chain, {})

    def told(self) -> tuple[Expired | None, Expired | None]:
        """Of events and of texts, where any are gone."""
        events, texts = self.evidence, self.texts
        return (
            Expired(events.until, events.stated, events.days, events=self.gone) if self.gone else None,
            Expired(texts.until, texts.stated, texts.days, parts=self.parts_gone) if self.parts_gone else None,
        )


def _before(at: str, days: int) -> str:
    """So many days earlier; never, where that is before any time or the time cannot be read."""
    try:
        moment = datetime.fromisoformat(at) - timedelta(days=days)
        return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
    except (ValueError, OverflowError):
        return NEVER
