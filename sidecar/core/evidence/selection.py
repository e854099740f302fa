"""Which events belong to a session or a stretch of time.

Rules:
- A session's first fact names it and its exchange; what follows names the exchange only. So events go by in order.
- Read as bytes: a name inside a text has its quotes escaped, and is not taken for one.
"""

import re
from collections.abc import Iterable

from sidecar.core.evidence.event import Event, canonical

EXCHANGE = re.compile(rb'"exchange":"((?:[^"\\]|\\.)*)"')


class Selection:
    """Nothing named takes all. `first` and `last` are RFC 3339 in UTC, or a beginning of one; both ends count."""

    def __init__(self, session: str | None = None, first: str | None = None, last: str | None = None) -> None:
        self.everything = session is None and first is None and last is None
        self._session = canonical({"session": session})[1:-1] if session is not None else None
        self._first, self._last = first, last
        self._exchanges: set[bytes] = set()

    def takes(self, event: Event) -> bool:
        if self._first is not None and event.at < self._first:
            return False
        # A day stands for all of it: what begins like the end is not after it.
        if self._last is not None and event.at > self._last and not event.at.startswith(self._last):
            return False
        return self._session is None or self._of_session(event, self._session)

    def chains(self, events: Iterable[Event]) -> dict[str, int]:
        """Where they are, and how many."""
        found: dict[str, int] = {}
        for event in events:
            if self.takes(event):
                found[event.chain] = found.get(event.chain, 0) + 1
        return found

    def _of_session(self, event: Event, session: bytes) -> bool:
        exchange = EXCHANGE.search(event.body)
        if session in event.body:
            if exchange is not None:
                self._exchanges.add(exchange[1])
            return True
        return exchange is not None and exchange[1] in self._exchanges
