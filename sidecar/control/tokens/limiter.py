"""How often one address may ask.

Strategy: a bucket for each address that fills with time. Of addresses that were quiet for a while nothing is kept.
"""

from collections.abc import Callable

# An office behind one address, each laptop four times an hour, is far below; guessing codes is far above.
BURST = 60.0
PER_SECOND = 2.0
MOST_ADDRESSES = 50_000


class Limiter:
    def __init__(self, now: Callable[[], float], burst: float = BURST, per_second: float = PER_SECOND) -> None:
        self._now = now
        self._burst = burst
        self._rate = per_second
        self._levels: dict[str, tuple[float, float]] = {}

    def allows(self, address: str) -> bool:
        """Whether this one may pass; it is counted if it may."""
        now = self._now()
        level, since = self._levels.get(address, (self._burst, now))
        level = min(self._burst, level + max(0.0, now - since) * self._rate)
        allowed = level >= 1
        self._levels[address] = (level - allowed, now)
        if len(self._levels) > MOST_ADDRESSES:
            self._forget(now)
        return allowed

    def _forget(self, now: float) -> None:
        full = self._burst / self._rate
        self._levels = {name: one for name, one in self._levels.items() if now - one[1] < full}
        while len(self._levels) > MOST_ADDRESSES:  # a flood from everywhere: the oldest go first
            self._levels.pop(next(iter(self._levels)))
