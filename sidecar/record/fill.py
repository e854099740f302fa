"""How full the spool is, who is still let in, and who is told.

Rules:
- What is measured is the file's pages in use: what was not delivered yet, with its indexes.
- At the limit a new call is refused (its first fact is). Facts about calls that were let in before go into a reserve of
  a twentieth: a call that was forwarded must not lose its end.
- Each alarm is raised once on the way up, and its end is told once on the way down, a little below.
- Without a database nothing is ever freed, for the spool is the record: that is said at the start, at each alarm and in
  each refusal, with the settings that change it.
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
REMEDY = "name a database in record.clickhouse, or raise record.limit"


class Fill:
    """`share` of the limit is in use; `alarm` is the highest mark that was passed, or 0.

    `delivered`: a database takes what is written, so that it can be freed.
    """

    def __init__(self, limit: int, delivered: bool = True) -> None:
        self.limit = limit
        self.delivered = delivered
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
            why = "is the database away?" if self.delivered else f"no database takes from it; {REMEDY}"
            log.error(f"the spool fills up: {why}", percent=math.floor(self.share * 100))
            self.alarm = passed
        elif passed < self.alarm and self.share < self.alarm - BELOW:
            log.info("the spool empties", percent=math.floor(self.share * 100))
            self.alarm = passed

    def admit(self, kind: str, more: int) -> None:
        """Raises `RecordFull` when there is no room for this."""
        most = self.limit if kind in OPENING else self.limit * (1 + RESERVE)
        if self.used + more > most:
            why = "its facts could not be delivered to the database" if self.delivered else f"no database; {REMEDY}"
            raise RecordFull(f"the spool is full: {why}")

    def announce(self) -> None:
        """At the start, while there is time to do something about it."""
        if not self.delivered:
            said = "no database is configured: all facts stay in the spool, and when it is full calls are refused"
            log.warning(said, percent=math.floor(self.share * 100), limit_mb=self.limit >> 20, remedy=REMEDY)
