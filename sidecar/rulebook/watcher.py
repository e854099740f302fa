"""Notices that policy files changed.

Strategy: look at every file's identity, size and times about once a second. Looking, and not inotify: Kubernetes
swaps the `..data` symlink above the files, which a watch on a file does not see, and network mounts send no events at
all. To look at a hundred files takes 2 ms.

Rules:
- A change counts when two looks in a row see the same: an editor or a deployment writes in several steps.
- Files that changed while they were read are read again at the next look, so that never half of the old and half of
  the new rules are taken.
- Same text, no change: a touch is not a reload.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.core.policy.book import PolicySource
from sidecar.rulebook.bundle.bundle import Bundle
from sidecar.rulebook.bundle.kept import Kept
from sidecar.rulebook.sources import files_of, read_sources

Stamp = tuple[str, int, int, int, int, int] | tuple[str, str]
Sources = tuple[PolicySource, ...]


class Watcher:
    """`look` about once a second; it answers when there is something new to take, or something new to complain of."""

    def __init__(self, patterns: Sequence[str], kept: Kept | None = None) -> None:
        """`bundle`: the signed one that was read last; its file is watched like any other."""
        self._patterns = tuple(patterns)
        self._kept = kept
        self.bundle: Bundle | None = None
        self._seen: tuple[Stamp, ...] = ()
        self._done: tuple[Stamp, ...] | None = None
        self._taken: Sources | None = None

    def read(self) -> Sources:
        """What stands there now, to start with. The next `look` compares with this."""
        stamps = self._stamps()
        self._taken = self._read()
        self._seen = self._done = stamps
        return self._taken

    def look(self) -> Sources | ConfigurationError | None:
        """New sources, a new reason why they cannot be read, or nothing new."""
        stamps = self._stamps()
        settled, self._seen = stamps == self._seen, stamps
        if not settled or stamps == self._done:
            return None
        outcome = self._outcome()
        if self._stamps() != stamps:
            return None  # written to while we read
        self._done = stamps
        if isinstance(outcome, ConfigurationError):
            self._taken = None  # should the old text come back, say so: the alarm must end
            return outcome
        if outcome == self._taken:
            return None
        self._taken = outcome
        return outcome

    def _outcome(self) -> Sources | ConfigurationError:
        try:
            return self._read()
        except ConfigurationError as error:
            return error

    def _read(self) -> Sources:
        sources = read_sources(self._patterns)
        if self._kept is None:
            return sources
        self.bundle = self._kept.read()
        return (*sources, *self.bundle.sources)

    def _stamps(self) -> tuple[Stamp, ...]:
        kept = (self._kept.file,) if self._kept else ()
        return tuple(_stamp(file) for file in (*files_of(self._patterns), *kept))


def _stamp(file: Path) -> Stamp:
    try:
        # Follows symlinks: after a swap it is another file, with another inode.
        seen = os.stat(file)
    except OSError as error:
        return str(file), type(error).__name__
    return str(file), seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns
