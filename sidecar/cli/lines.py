"""Lines of a file or a pipe, in constant memory; whoever waits for a big file sees how far it is."""

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO

# A line longer than this comes in parts, so that memory stays the same whatever comes.
CHUNK = 1 << 16
# Below this it is done before anybody looks.
WATCHED = 16 << 20


def lines_of(source: BinaryIO) -> Iterator[bytes]:
    """Each line as soon as it is there, with its end; a very long one in parts."""
    total, done, shown = _watched_size(source), 0, -1
    while line := source.readline(CHUNK):
        yield line
        done += len(line)
        if total and done * 100 // total > shown:
            shown = min(100, done * 100 // total)
            print(f"\r{shown}%", end="" if shown < 100 else "\n", file=sys.stderr, flush=True)


def joined(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines again, for those who can only read a line whole."""
    line: list[bytes] = []
    for part in parts:
        line.append(part)
        if part.endswith(b"\n"):
            yield b"".join(line)
            line = []
    if line:
        yield b"".join(line)


def _watched_size(source: BinaryIO) -> int:
    """The bytes to come where their progress is worth showing, or 0."""
    try:
        status = os.fstat(source.fileno())
    except OSError:
        return 0
    watched = sys.stderr.isatty() and stat.S_ISREG(status.st_mode) and status.st_size >= WATCHED
    return status.st_size if watched else 0
