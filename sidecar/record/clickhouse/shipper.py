"""Brings the spool into ClickHouse, on a thread of its own: no call ever waits for it.

Strategy: what is there goes in batches; the cursor moves only after the database's yes. While it says no, or nothing,
the thread waits ever longer, and the spool fills up. All doubt about a batch is `Delivery`'s business.

Rules:
- One shipper a spool: a second one stands by until the first is gone.
- The first batch of a life, and every one after an error, is sent in doubt.
- At the end it has a bounded time to deliver what is left. The next life delivers the rest.
"""

import fcntl
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from clickhouse_connect.driver.client import Client

from sidecar.core.evidence.event import Event
from sidecar.record.clickhouse import holds, set_aside
from sidecar.record.clickhouse.again import again
from sidecar.record.clickhouse.ahead import Ahead
from sidecar.record.clickhouse.backoff import Backoff
from sidecar.record.clickhouse.batch import Batch, following, note
from sidecar.record.clickhouse.delivery import Delivery
from sidecar.record.clickhouse.place import REASONS, Place, Trouble, connected
from sidecar.record.clickhouse.schema import checked
from sidecar.record.clickhouse.tables import prepare
from sidecar.record.reader import SpoolReader
from sidecar.settings.values import Database
from sidecar.telemetry.log import EventLog
from sidecar.telemetry.metrics import (
    LAG_EVENTS,
    LAG_SECONDS,
    SET_ASIDE,
    SHIP_RETRIES,
    SHIP_TROUBLE,
    SHIPPED,
    Metrics,
)

log = EventLog("shipper")
AGE = 0.5  # seconds that an event may wait for others to go with it
HOLDS_EVERY = 24 * 3600.0
MAY_NOT = 497


class Shipper:
    """Runs from `start` to `close`."""

    def __init__(
        self,
        folder: Path,
        place: Place,
        metrics: Metrics,
        database: Database | None = None,
        *,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
        age: float = AGE,
    ) -> None:
        self._folder = folder
        self._place = place
        self._metrics = metrics
        self._database = database or Database()
        self._clock = clock
        self._age = age
        self._reader = SpoolReader(folder)
        self._ahead = Ahead(folder)
        self._backoff = Backoff(chance)
        self._client: Client | None = None
        self._delivery: Delivery | None = None
        self._lock: int | None = None
        self._prepared = False
        self._doubtful = True
        self._held_at = 0.0
        self._wake = threading.Event()
        self._deadline: float | None = None
        self._thread = threading.Thread(target=self._run, name="shipper", daemon=True)
        self.trouble: str | None = None
        self.shipped = 0

    def start(self) -> None:
        self._thread.start()

    def close(self, within: float) -> bool:
        """Deliver what is left, for as many seconds. Whether all of it was."""
        self._deadline = time.monotonic() + within
        self._wake.set()
        self._thread.join(within)
        return not self._thread.is_alive() and not self.trouble

    # --- the thread -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while True:
                more = self._attempt()
                if self._deadline is not None and (not more or time.monotonic() >= self._deadline):
                    return
                if not more:
                    self._wake.wait(self._backoff.seconds() if self.trouble else self._age)
        finally:
            self._let_go()

    def _attempt(self) -> bool:
        """One batch. Whether there may be another right behind it."""
        try:
            more = self._one()
        except Trouble as trouble:
            self._failed(str(trouble), trouble.reason)
        except (sqlite3.Error, OSError) as error:
            self._failed(f"the spool cannot be read: {type(error).__name__}", "spool")
        except Exception as error:  # noqa: BLE001  (a bug in here must not end the delivery of the record)
            log.error("a bug while shipping; trying again", error=error)
            self._failed(f"a bug: {type(error).__name__}", "other")
        else:
            self._well()
            return more
        return False

    def _one(self) -> bool:
        if not self._mine():
            return False
        delivery = self._delivery or self._connect()
        batch = self._next()
        behind = self._measure(batch)
        if batch is None:
            self._mark_held()
            return False
        if behind > len(batch.events):
            self._ahead.begin(batch.upto)
        refused = delivery.deliver(batch.events, batch.parts, self._doubtful)
        self._reader.advance(batch.upto)
        self._doubtful = False
        self.shipped += len(batch.events) - refused
        self._metrics.add(SHIPPED, len(batch.events) - refused)
        return True

    def _next(self) -> Batch | None:
        batch = self._ahead.take(self._reader.cursor())
        if batch is None:
            return following(self._reader)
        note(self._reader, batch)
        return batch

    def _connect(self) -> Delivery:
        self._doubtful = True
        self._client = connected(self._place, create=not self._prepared)
        if not self._prepared:
            self._prepare(self._client)
        checked(self._client, self._place)
        if not self._prepared:
            self._once_more(self._client)
        self._prepared = True
        self._delivery = Delivery(self._client, self._place, self._put_aside)
        return self._delivery

    def _prepare(self, client: Client) -> None:
        """Who may not make tables may still fill them."""
        try:
            done = prepare(client, self._place, self._database)
        except Trouble as trouble:
            if trouble.code != MAY_NOT:
                raise
            log.warning("the tables were left as they are", why=str(trouble))
            return
        for migration in done.applied:
            log.info("a migration was applied", version=migration.version, name=migration.name)
        self._held_at = self._clock()

    def _once_more(self, client: Client) -> None:
        """What was refused may be taken now: by newer tables, or from a newer Gatehouse."""
        tried = again(self._folder, client, self._place)
        refused = sum(one.why is not None for one in tried)
        if tried:
            log.info("events that were set aside were tried again", taken=len(tried) - refused, refused=refused)

    def _mark_held(self) -> None:
        if self._client is not None and self._clock() >= self._held_at + HOLDS_EVERY:
            self._held_at = self._clock()
            holds.apply(self._client, self._place)

    def _put_aside(self, event: Event, why: str) -> None:
        set_aside.put(self._folder, event, why)
        self._metrics.add(SET_ASIDE)
        log.error("the database refuses an event; it was set aside", chain=event.chain, seq=event.seq, why=why)

    def _measure(self, batch: Batch | None) -> int:
        """How many events there are to deliver."""
        behind = self._reader.behind(batch.after) if batch else 0
        self._metrics.set(LAG_EVENTS, behind)
        oldest = datetime.fromisoformat(batch.events[0].at).timestamp() if batch else self._clock()
        self._metrics.set(LAG_SECONDS, max(0.0, self._clock() - oldest))
        return behind

    def _mine(self) -> bool:
        """Whether this is the one that ships. The kernel frees the lock when a process ends, however it ends."""
        if self._lock is None and self._folder.exists():
            file = os.open(self._folder / "shipper.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
            else:
                self._lock = file
        return self._lock is not None

    def _failed(self, said: str, reason: str) -> None:
        if said != self.trouble:
            log.error("the record does not get to the database; trying again", why=said)
        self.trouble = said
        self._metrics.add(SHIP_RETRIES)
        self._say(reason)
        self._doubtful = True
        self._disconnect()
        self._ahead.forget()
        with suppress(sqlite3.Error, OSError):
            self._measure(following(self._reader))

    def _well(self) -> None:
        if self.trouble:
            log.info("the database takes the record again")
        self.trouble = None
        self._backoff.reset()
        self._say(None)

    def _say(self, reason: str | None) -> None:
        for one in REASONS:
            self._metrics.set(SHIP_TROUBLE, int(one == reason), reason=one)

    def _disconnect(self) -> None:
        client, self._client, self._delivery = self._client, None, None
        if client is not None:
            client.close()

    def _let_go(self) -> None:
        self._disconnect()
        self._ahead.close()
        self._reader.close()
        if self._lock is not None:
            os.close(self._lock)
