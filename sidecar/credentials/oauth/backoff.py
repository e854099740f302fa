"""When to ask again after a failure: at first soon, then ever later, never all at once."""

from sidecar.credentials.oauth.grant import NoToken

FIRST = 0.5  # seconds
# When the endpoint is back, nobody waits longer than this.
LONGEST = 15.0


class Backoff:
    __slots__ = ("_failures", "_until", "_why")

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0
        self._why: NoToken | None = None

    def fails(self, why: NoToken, now: float, chance: float) -> None:
        """`chance`: from 0 to 1, so that many gates do not come back together."""
        self._failures += 1
        # The power is bounded before it is taken: after a night of failures it would not fit a float.
        wait = min(LONGEST, FIRST * 2.0 ** min(self._failures - 1, 10))
        self._until, self._why = now + wait * (0.5 + chance / 2), why

    def heals(self) -> None:
        self._failures, self._why = 0, None

    def against(self, now: float) -> NoToken | None:
        """Why nobody is asked now."""
        return self._why if now < self._until else None
