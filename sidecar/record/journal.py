"""The first durable record: facts as JSON lines in a file of this process's own, on disk before the call goes on.

Strategy: callers put their fact in a queue and wait; one thread takes all that is there, writes it, syncs once, and
tells them all (group commit). A disk that syncs in 5 ms so serves hundreds of callers at once.

Rules:
- `record` returns when the line is on disk (`strict`), or when it is queued (`relaxed`).
- A line is canonical JSON: sorted keys, no spaces, UTF-8. It carries `seq`, `time` and `kind`.
- After a failed write or sync nothing that was not synced may be trusted to be on disk (the kernel may have dropped
  it), so its callers get `RecordingFailed`, and the file is cut back to its last synced byte before the next line.
  Until that works every further record fails, also in `relaxed`.
- A full queue refuses. Waiting there would only move the queue to where nobody bounds it.
"""

import asyncio
import errno
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sidecar.core.errors import ConfigurationError, RecordingFailed
from sidecar.record.line import line, payload, written_at
from sidecar.settings.values import Durability

# Memory for facts that wait for the disk: at 2 KB a fact about 16,000 of them, which is seconds behind, not minutes.
QUEUE_BYTES = 32 << 20

# A record needs the data and the file's length on disk, not its times: that is what fdatasync promises.
to_disk: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)


@dataclass(slots=True, eq=False)
class _Waiting:
    """One fact in the queue, and whom to tell, if anyone waits."""

    kind: str
    at: str
    payload: bytes
    told: asyncio.Future[None] | None


class Journal:
    """Open from the start; `close` writes out what is queued."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], float] = time.time,
        durability: Durability = Durability.STRICT,
        queue_bytes: int = QUEUE_BYTES,
        observe: Callable[[float], None] | None = None,
        sync: Callable[[int], object] = to_disk,
    ) -> None:
        """`clock` gives Unix seconds. `observe` is told how many seconds each record took to be on disk."""
        self._clock = clock
        self._durability = durability
        self._queue_bytes = queue_bytes
        self._observe = observe
        self._sync = sync
        self.path, self._file = _created(folder, clock())
        self._synced = 0  # bytes of the file that are known to be on disk
        self._seq = 0
        self._queue: list[_Waiting] = []
        self._queued = 0
        self._broken: str | None = None
        self._closing = False
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._write_until_closed, name="journal", daemon=True)
        self._thread.start()

    @property
    def broken(self) -> str | None:
        """Why the last write failed, or nothing."""
        return self._broken

    async def record(self, kind: str, fact: Mapping[str, object]) -> None:
        """Returns when the fact is durable; raises `RecordingFailed` when it is not."""
        began = time.monotonic()
        must_wait = self._durability is Durability.STRICT or self._broken is not None
        told = asyncio.get_running_loop().create_future() if must_wait else None
        self._enqueue(_Waiting(kind, written_at(self._clock()), payload(fact), told))
        if told:
            await told
            if self._observe:
                self._observe(time.monotonic() - began)

    async def close(self) -> None:
        """Write out what is queued; further records are refused."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        await asyncio.to_thread(self._thread.join)

    def _enqueue(self, waiting: _Waiting) -> None:
        with self._wake:
            if self._closing:
                raise RecordingFailed("the journal is closed")
            if self._queue and self._queued + len(waiting.payload) > self._queue_bytes:
                raise RecordingFailed("the disk is too slow: the queue of the journal is full")
            self._queue.append(waiting)
            self._queued += len(waiting.payload)
            self._wake.notify()

    def _taken(self) -> list[_Waiting]:
        """All that is queued, as soon as there is something; nothing means that the journal closes."""
        with self._wake:
            self._wake.wait_for(lambda: self._queue or self._closing)
            taken, self._queue, self._queued = self._queue, [], 0
            return taken

    def _write_until_closed(self) -> None:
        batch: list[_Waiting] = []
        try:
            while batch := self._taken():
                _tell(batch, self._written(batch))
        finally:
            self._ended(batch)

    def _ended(self, untold: list[_Waiting]) -> None:
        """Leave nobody waiting, also when a bug ended the thread."""
        with self._wake:
            self._closing = True
            untold = [*untold, *self._queue]
        os.close(self._file)
        _tell(untold, RecordingFailed("the journal's writer has ended"))

    def _written(self, batch: list[_Waiting]) -> RecordingFailed | None:
        """Write and sync a batch; what went wrong, if anything did."""
        data = b"".join(
            line(self._seq + number, waiting.kind, waiting.at, waiting.payload)
            for number, waiting in enumerate(batch, start=1)
        )
        try:
            _refuse_deleted(self._file)
            if self._broken is not None:
                os.ftruncate(self._file, self._synced)
            _write_all(self._file, data, self._synced)
            self._sync(self._file)
        except OSError as error:
            self._broken = error.strerror or type(error).__name__
            return RecordingFailed(f"cannot write {self.path}: {self._broken}")
        self._broken = None
        self._synced += len(data)
        self._seq += len(batch)
        return None


def _created(folder: Path, now: float) -> tuple[Path, int]:
    """A new file that only this user may read, its name durable too."""
    path = folder / f"{written_at(now).replace(':', '')}-{os.getpid()}.jsonl"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        said = f"the record cannot be kept here: {error.strerror}; name another folder in record.spool"
        raise ConfigurationError.single(str(folder), said) from error
    return path, file


def _refuse_deleted(file: int) -> None:
    """Writing to a file that someone deleted succeeds, and is gone when we end: the same as not recording."""
    if os.fstat(file).st_nlink == 0:
        raise FileNotFoundError(errno.ENOENT, "the file was deleted")


def _write_all(file: int, data: bytes, offset: int) -> None:
    """A disk that fills up takes a part and says how much: go on until it takes all, or refuses."""
    view = memoryview(data)
    while view:
        count = os.pwrite(file, view, offset)
        view, offset = view[count:], offset + count


def _tell(batch: list[_Waiting], failed: RecordingFailed | None) -> None:
    """Wake each event loop once for all of its callers."""
    loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for waiting in batch:
        if waiting.told:
            loops.setdefault(waiting.told.get_loop(), []).append(waiting.told)
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
