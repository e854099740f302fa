"""Checkpoints sent elsewhere, to where who can edit the record cannot reach: a file on another volume, a log collector.

Strategy: each anchor has a thread of its own, which reads the checkpoints that wait in the spool and gives it the lines
that it does not have. How far it got stands in the spool, so that a restart goes on from there. So one that hangs keeps
no other waiting.

Rules:
- A line is one checkpoint as canonical JSON. A crash between writing and noting it down repeats a line: the same line
  twice says the same.
- An anchor that fails is tried again, ever more slowly, and told of once; no call waits for one.
- The end of a gate waits a bounded time for them; the next life brings the rest.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TextIO

from sidecar.core.errors import GatehouseError
from sidecar.record.reader import SpoolReader
from sidecar.telemetry.log import EventLog

log = EventLog("anchor")
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
LAST_WAIT = 5.0  # seconds; Kubernetes gives a pod 30, and the record's delivery has its own


class AnchoringFailed(GatehouseError):  # noqa: N818  (named for what happened)
    """An anchor did not take a line; the message is for the log."""


class Anchor(Protocol):
    """`name` stays the same over restarts: it is how the spool knows what this anchor has."""

    @property
    def name(self) -> str: ...

    def keep(self, line: bytes) -> None:
        """Return when it is kept, or raise `OSError` or `AnchoringFailed`."""


class FileAnchor:
    """Lines at the end of a file, on disk each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = f"file:{path}"

    def keep(self, line: bytes) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            size = os.fstat(file).st_size
            # A line that was torn by a full disk ends here, so that this one begins on its own.
            torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
            data = (b"\n" if torn else b"") + line + b"\n"
            if os.write(file, data) != len(data):
                raise AnchoringFailed("the file took only a part of the line")
            os.fsync(file)
        finally:
            os.close(file)


class StreamAnchor:
    """Lines for a log collector: `{"checkpoint":{...}}` on stdout."""

    def __init__(self, name: str = "stdout", stream: TextIO | None = None) -> None:
        self.name = name
        self._stream = stream

    def keep(self, line: bytes) -> None:
        out = self._stream or sys.stdout
        out.write('{"checkpoint":' + line.decode() + "}\n")
        out.flush()


class Anchors:
    """Runs from the start, if there is an anchor at all."""

    def __init__(
        self, folder: Path, anchors: Sequence[Anchor], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        reader = SpoolReader(folder)
        self._posts = [_Post(anchor, SpoolReader(folder), monotonic) for anchor in anchors]
        reader.forget_but("anchor:", [post.key for post in self._posts])
        reader.close()
        for post in self._posts:
            post.start()

    @property
    def failing(self) -> dict[str, str]:
        """Why, by the name of the anchor."""
        return {post.name: post.trouble for post in self._posts if post.trouble}

    @property
    def behind(self) -> dict[str, int]:
        """How many checkpoints each does not have."""
        return {post.name: post.behind for post in self._posts}

    def look(self) -> None:
        """There may be something new."""
        for post in self._posts:
            post.look()

    def close(self, within: float = LAST_WAIT) -> None:
        """Give each anchor once more what it does not have, for as many seconds."""
        until = time.monotonic() + within
        for post in self._posts:
            post.close()
        for post in self._posts:
            post.join(max(0.0, until - time.monotonic()))


class _Post:
    """One anchor, its thread, and how far it got."""

    def __init__(self, anchor: Anchor, reader: SpoolReader, monotonic: Callable[[], float]) -> None:
        self.name = anchor.name
        self.key = f"anchor:{anchor.name}"
        self.trouble = ""
        self.behind = 0
        self._anchor = anchor
        self._reader = reader
        self._monotonic = monotonic
        self._wait = 0.0
        self._not_before = 0.0
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=f"anchor {anchor.name}"[:40], daemon=True)
        self.start, self.look, self.join = self._thread.start, self._wake.set, self._thread.join

    def close(self) -> None:
        self._closing = True
        self._wake.set()

    def _run(self) -> None:
        closing = False
        try:
            while not closing:
                # Nothing to wait for but a new line, unless it still lacks an old one.
                self._wake.wait(FIRST_WAIT if self.trouble else None)
                self._wake.clear()
                closing = self._closing  # before the last look, so that nothing slips in between
                self._attempt(final=closing)
        finally:
            self._reader.close()

    def _attempt(self, final: bool) -> None:
        try:
            if final or self._monotonic() >= self._not_before:
                self._bring()
                if self.trouble:
                    log.info("the anchor takes checkpoints again", anchor=self.name)
                self.trouble, self._wait = "", 0.0
            else:
                self._count()
        except Exception as error:  # noqa: BLE001  (whatever an anchor does, the record goes on)
            self._failed(error)

    def _bring(self) -> None:
        has = self._reader.said(self.key)
        if has is None:
            self._reader.say(self.key, 0)  # from now on nothing is freed that it does not have
        self._count()
        while lines := self._reader.checkpoints(int(self._reader.said(self.key) or 0)):
            for number, line in lines:
                self._anchor.keep(line)
                self._reader.say(self.key, number)
            self._count()

    def _count(self) -> None:
        self.behind = self._reader.unanchored(int(self._reader.said(self.key) or 0))

    def _failed(self, error: Exception) -> None:
        if not self.trouble:
            log.error("an anchor does not take checkpoints; trying again", anchor=self.name, why=_why(error))
        self.trouble = _why(error)
        self._wait = min(LONGEST_WAIT, self._wait * 2 or FIRST_WAIT)
        self._not_before = self._monotonic() + self._wait


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
