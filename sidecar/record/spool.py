"""The spool: a fact is on disk, chained and numbered, before the call that it tells of goes on.

Strategy: callers put their fact in a queue and wait; one thread takes all that is there, commits it in one transaction,
and tells them all (group commit). A disk that syncs in 5 ms so serves hundreds of callers at once.

Rules:
- `record` returns when its event is on disk (`strict`), or when it is queued (`relaxed`).
- After a failed commit its callers get `RecordingFailed`; `relaxed` waits too, until one succeeds.
- A full queue refuses, and so does a full spool: waiting there would only move the queue to where nobody bounds it. At
  the limit no new call is let in; what is under way may still write its end into a reserve.
- A bug of the caller (a fact that is no JSON, a part that is not what its name says) raises there and hurts
  nobody else.
"""

import asyncio
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from sidecar.core.errors import ConfigurationError, RecordingFailed
from sidecar.core.evidence.checkpoint import FOR_EVER, Keeping
from sidecar.core.evidence.event import canonical
from sidecar.record import spool_file
from sidecar.record.anchors import Anchor, Anchors
from sidecar.record.entry import Entry, Life
from sidecar.record.fill import Fill
from sidecar.record.keys import Keys
from sidecar.record.writer import Writer
from sidecar.settings.values import Durability
from sidecar.telemetry.log import EventLog

log = EventLog("record")
# Memory for facts that wait for the disk: at 2 KB a fact about 16,000 of them, which is seconds behind, not minutes.
QUEUE_BYTES = 32 << 20
LIMIT_BYTES = 2 << 30
CHECKPOINT_SECONDS, CHECKPOINT_EVENTS = 60.0, 1_000
GATHERED, GATHERING = 512 << 10, 0.01  # bytes, or seconds, that relaxed waits for more to write at once
IDLE = 0.5  # seconds after which the thread looks whether something is to be freed


class Spool:
    """Open from the start, with the first event of a new chain on disk; `close` writes out what is queued."""

    def __init__(
        self,
        folder: Path,
        keys: Keys,
        *,
        gate: str = "gatehouse",
        version: str = "",
        clock: Callable[[], float] = time.time,
        new_chain: Callable[[], str] = lambda: f"gc_{secrets.token_hex(10)}",
        durability: Durability = Durability.STRICT,
        limit_bytes: int = LIMIT_BYTES,
        delivered: bool = True,
        queue_bytes: int = QUEUE_BYTES,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
        checkpoint_events: int = CHECKPOINT_EVENTS,
        anchors: Sequence[Anchor] = (),
        keeping: Keeping = FOR_EVER,
        observe: Callable[[float], None] | None = None,
    ) -> None:
        """`clock` gives Unix seconds. `observe` is told how many seconds each record took to be on disk."""
        self._clock = clock
        self._durability = durability
        self._queue_bytes = queue_bytes
        self._rhythm = checkpoint_seconds
        self._observe = observe
        self._queue: list[Entry] = []
        self._waiters: list[asyncio.Future[None]] = []
        self._queued = 0
        self._broken: str | None = None
        self._closing = False
        self._stated = self._tidied = time.monotonic()
        self._told = 0  # checkpoints that the anchors heard of
        self._wake = threading.Condition()
        self._lock = _locked(folder)
        names = tuple(anchor.name for anchor in anchors)
        life = Life(keys, gate, version, clock, new_chain, checkpoint_events, names, keeping)
        self._writer = _started(folder, durability, life, self._lock)
        self.fill = Fill(limit_bytes, delivered)
        self.fill.measured(self._writer.used)
        self.fill.announce()
        self.anchors = Anchors(folder, anchors)
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)
        self._thread.start()

    @property
    def broken(self) -> str | None:
        """Why the last commit failed, or nothing."""
        return self._broken

    @property
    def waiting(self) -> int:
        """How many facts the disk does not have yet, but for those that are just being written."""
        return len(self._queue)

    @property
    def chain(self) -> str:
        """The chain that is being written."""
        return self._writer.chain.name

    async def record(self, kind: str, fact: Mapping[str, object], parts: Mapping[str, bytes] | None = None) -> None:
        """Returns when the fact is durable; raises `RecordingFailed` when it is not."""
        began = time.monotonic()
        entry = Entry(kind, self._clock(), canonical(fact), self._named(parts) if parts else {})
        must_wait = self._durability is Durability.STRICT or self._broken is not None
        told = asyncio.get_running_loop().create_future() if must_wait else None
        self._enqueue(entry, told)
        if told:
            await told
            if self._observe:
                self._observe(time.monotonic() - began)

    async def close(self) -> None:
        """Write out what is queued, end the chain; further records are refused."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        await asyncio.to_thread(self._thread.join)
        await asyncio.to_thread(self.anchors.close)

    def _named(self, parts: Mapping[str, bytes]) -> dict[bytes, bytes]:
        """By the bytes of their names. What the file has already is not stored again, and so not checked again."""
        named = {bytes.fromhex(name): data for name, data in parts.items()}
        if any(not self._writer.knows(name) and sha256(data).digest() != name for name, data in named.items()):
            raise ValueError("a part is named by the SHA-256 of its bytes")
        return named

    def _enqueue(self, entry: Entry, told: asyncio.Future[None] | None) -> None:
        with self._wake:
            if self._closing:
                raise RecordingFailed("the spool is closed")
            size = entry.size
            if self._queue and self._queued + size > self._queue_bytes:
                raise RecordingFailed("the disk is too slow: the queue of the spool is full")
            self.fill.admit(entry.kind, self._queued + size)
            self._queue.append(entry)
            self._queued += size
            if told is not None:
                self._waiters.append(told)
            # The thread waits for the first one; while it gathers, for many.
            if len(self._queue) == 1 or self._queued >= GATHERED:
                self._wake.notify()

    # --- the thread -----------------------------------------------------------------------------------------------

    def _taken(self) -> tuple[list[Entry], list[asyncio.Future[None]]]:
        """All that is queued, as soon as there is something; nothing after a while, or when the spool closes."""
        with self._wake:
            self._wake.wait_for(lambda: self._queue or self._closing, min(IDLE, self._rhythm))
            if self._durability is Durability.RELAXED and self._broken is None:
                # Nobody waits for the disk: a commit of many costs an event a fifth of what a commit of one does.
                self._wake.wait_for(lambda: self._queued >= GATHERED or self._closing, GATHERING)
            taken, self._queue, self._waiters, self._queued = (self._queue, self._waiters), [], [], 0
            return taken

    def _run(self) -> None:
        waiters: list[asyncio.Future[None]] = []
        try:
            while not self._closing or self._queue:
                batch, waiters = self._taken()
                if batch:
                    _tell(waiters, self._attempt(self._writer.write, batch))
                self._keep_house()
            self._attempt(self._writer.close)
            self.anchors.look()
        finally:
            self._ended(waiters)

    def _keep_house(self) -> None:
        """What no call waits for, now and then."""
        now = time.monotonic()
        if now >= self._stated + self._rhythm:
            self._stated = now
            self._attempt(self._writer.checkpoint)
        if now >= self._tidied + IDLE / 2:
            self._tidied = now
            self._attempt(self._writer.tidy)
        self.fill.measured(self._writer.used)
        if self._writer.checkpoints != self._told:
            self._told = self._writer.checkpoints
            self.anchors.look()

    def _attempt(self, work: Callable[..., None], *given: object) -> RecordingFailed | None:
        """What went wrong, if it was the disk's or the file's doing."""
        try:
            work(*given)
        except (sqlite3.Error, OSError, spool_file.Damaged) as error:
            said = str(error) or type(error).__name__
            if self._broken != said:
                log.error("the spool cannot be written: calls are refused", why=said)
            self._broken = said
            return RecordingFailed(f"cannot write the spool: {said}")
        if self._broken is not None:
            log.info("the spool can be written again")
        self._broken = None
        return None

    def _ended(self, untold: list[asyncio.Future[None]]) -> None:
        """Leave nobody waiting, also when a bug ended the thread."""
        with self._wake:
            self._closing = True
            untold = [*untold, *self._waiters]
        self._writer.abandon()
        self._lock.free()
        _tell(untold, RecordingFailed("the spool's writer has ended"))


def _locked(folder: Path) -> spool_file.Lock:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return spool_file.Lock(folder)
    except OSError as error:
        raise _not_here(folder, error.strerror or type(error).__name__) from error


def _started(folder: Path, durability: Durability, life: Life, lock: spool_file.Lock) -> Writer:
    try:
        return Writer(folder, durability, life)
    except (sqlite3.Error, OSError, spool_file.Damaged) as error:
        lock.free()
        raise _not_here(folder, str(error)) from error
    except BaseException:
        lock.free()
        raise


def _not_here(folder: Path, why: str) -> ConfigurationError:
    return ConfigurationError.single(
        str(folder), f"the record cannot be kept here: {why}; name another folder in record.spool"
    )


def _tell(waiters: list[asyncio.Future[None]], failed: RecordingFailed | None) -> None:
    """Wake each event loop once for all of its callers."""
    loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for told in waiters:
        loops.setdefault(told.get_loop(), []).append(told)
    for loop, futures in loops.items():
        # A closed loop has nobody left to be told.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, futures, failed)


def _settle(futures: list[asyncio.Future[None]], failed: RecordingFailed | None) -> None:
    for future in futures:
        if future.done():
            continue  # the caller was cancelled; the fact is written all the same
        if failed:
            future.set_exception(RecordingFailed(*failed.args))
        else:
            future.set_result(None)
