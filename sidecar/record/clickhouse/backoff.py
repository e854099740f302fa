"""How long to wait before the next try: longer each time, and never in step with others.

Rules: half of the wait is random. A hundred gates that lost the same database do not come back in the same moment.
"""

from collections.abc import Callable

FIRST, MOST = 0.25, 30.0  # seconds


class Backoff:
    """`chance` gives a number from 0 up to 1."""

    def __init__(self, chance: Callable[[], float], first: float = FIRST, most: float = MOST) -> None:
        self._chance = chance
        self._first = first
        self._most = most
        self._next = first

    def seconds(self) -> float:
        whole, self._next = self._next, min(self._most, self._next * 2)
        return whole / 2 + whole / 2 * self._chance()

    def reset(self) -> None:
        self._next = self._first
