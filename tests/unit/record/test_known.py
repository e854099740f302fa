"""Parts are stored once."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sidecar.record.known import ASKED, Known
from sidecar.record.spool_file import opened
from sidecar.settings.values import Durability

PARTS = {b"a": b"1", b"b": b"2", b"c": b"3"}


def stored(file: sqlite3.Connection, *names: bytes) -> None:
    file.executemany("INSERT INTO parts VALUES (?, 1, 0.0, NULL)", [(name,) for name in names])


def test_fresh_is_what_nobody_has(tmp_path: Path) -> None:
    with closing(opened(tmp_path, Durability.STRICT)) as file:
        known = Known()
        stored(file, b"a")
        assert known.fresh(PARTS, file) == {b"b": b"2", b"c": b"3"}
        assert len(known) == 1  # what the file said
        known.add([b"c"])
        assert b"c" in known
        assert known.fresh(PARTS, file) == {b"b": b"2"}
        known.clear()
        assert known.fresh(PARTS, file) == {b"b": b"2", b"c": b"3"}


def test_the_file_is_asked_for_many_in_turns(tmp_path: Path) -> None:
    with closing(opened(tmp_path, Durability.STRICT)) as file:
        names = [number.to_bytes(2) for number in range(ASKED * 2 + 1)]
        stored(file, *names[::2])
        assert list(Known().fresh(dict.fromkeys(names, b""), file)) == names[1::2]


def test_memory_is_bounded(tmp_path: Path) -> None:
    known = Known(most=10)
    for number in range(100):
        known.add([number.to_bytes(2)])
    assert len(known) <= 10
