"""How full the spool is, who is still let in, and who is told.

Rules:
- What is measured is the file's pages in use: what was not delivered yet, with its indexes.
- At the limit a new call is refused (its first fact is). Facts about calls that were let in before go into a reserve of
  a twentieth: a call that was forwarded must not lose its end.
- Each alarm is raised once on the way up, and its end is told once on the way down, a little below.
"""

import math

from sidecar.core.errors import RecordFull
from sidecar.telemetry.log import EventLog

log = EventLog("record")
ALARMS = (0.95, 0.80, 0.50)
BELOW = 0.02  # of hysteresis: a spool that breathes around a mark is told of once
# The first fact of a call: what it lets in would write more.
OPENING = frozenset(("decided",))
RESERVE = 0.05


class Fill:
    """`share` of the limit is in use; `alarm` is the highest mark that was passed, or 0."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self.alarm = 0.0

    @property
    def share(self) -> float:
        return self.used / self.limit

    @property
    def roomy(self) -> bool:
        """Whether new calls are recorded again, and not only the next one."""
        return self.share < 1 - BELOW

    def measured(self, used: int) -> None:
        self.used = used
        passed = next((mark for mark in ALARMS if self.share >= mark), 0.0)
        if passed > self.alarm:
            log.error("the spool fills up: is the database away?", percent=math.floor(self.share * 100))
            self.alarm = passed
        elif passed < self.alarm and self.share < self.alarm - BELOW:
            log.info("the spool empties", percent=math.floor(self.share * 100))
            self.alarm = passed

    def admit(self, kind: str, more: int) -> None:
        """Raises `RecordFull` when there is no room for this."""
        most = self.limit if kind in OPENING else self.limit * (1 + RESERVE)
        if self.used + more > most:
            raise RecordFull("the spool is full: its facts could not be delivered to the database")
