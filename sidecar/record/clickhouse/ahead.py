"""Reads the next batch while this one is on its way: the spool and the database each keep a processor busy.

Rules:
- Only read: that a batch is being sent is noted when it is its turn.
- A reader is for one thread: this one has its own, opened and closed there.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from sidecar.record.clickhouse.batch import Batch, ahead
from sidecar.record.reader import SpoolReader


class Ahead:
    """One batch ahead, at most."""

    def __init__(self, folder: Path) -> None:
        self._reader = SpoolReader(folder)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="shipper-ahead")
        self._coming: Future[Batch | None] | None = None

    def begin(self, after: int) -> None:
        """Read what comes after this id."""
        self._coming = self._thread.submit(ahead, self._reader, after)

    def take(self, cursor: int) -> Batch | None:
        """What was read, if it is what comes next. Raises what went wrong while it was read."""
        coming, self._coming = self._coming, None
        batch = coming.result() if coming is not None else None
        return batch if batch is not None and batch.after == cursor else None

    def forget(self) -> None:
        """What was read is not what comes next, or may not be."""
        coming, self._coming = self._coming, None
        if coming is not None:
            coming.exception()

    def close(self) -> None:
        self.forget()
        self._thread.submit(self._reader.close).result()
        self._thread.shutdown()
