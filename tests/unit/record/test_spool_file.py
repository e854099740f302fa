"""The file: how it is opened, and who may write to it."""

import os
import sqlite3
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.record.spool_file import NAME, Damaged, Lock, damage, last, moved_aside, opened, told
from sidecar.settings.values import Durability


@pytest.mark.parametrize(("durability", "synchronous"), [(Durability.STRICT, 2), (Durability.RELAXED, 1)])
def test_a_fresh_file_has_its_tables_and_the_asked_for_durability(
    tmp_path: Path, durability: Durability, synchronous: int
) -> None:
    connection = opened(tmp_path, durability)
    ask = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")}
    assert ask == {"synchronous": synchronous, "journal_mode": "wal"}
    assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {"events", "parts", "checkpoints", "state"}
    assert last(connection) is None
    connection.close()
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_a_file_of_a_newer_gatehouse_is_left_alone(tmp_path: Path) -> None:
    opened(tmp_path, Durability.STRICT).close()
    connection = sqlite3.connect(tmp_path / NAME)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(ConfigurationError, match="a newer Gatehouse wrote this spool"):
        opened(tmp_path, Durability.STRICT)
    assert (tmp_path / NAME).read_bytes() == before


def test_what_is_no_database_is_damage_and_stays_as_it_is(tmp_path: Path) -> None:
    data = os.urandom(9000)
    (tmp_path / NAME).write_bytes(data)
    with pytest.raises(Damaged, match="not a database"):
        opened(tmp_path, Durability.STRICT)
    aside = moved_aside(tmp_path, "2026-01-01T00:00:00Z")
    assert (aside / NAME).read_bytes() == data
    assert aside.name == "damaged-2026-01-01T000000Z"
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (sqlite3.SQLITE_CORRUPT, "the spool's file is damaged .*nothing was changed"),
        (sqlite3.SQLITE_NOTADB, "the spool's file is damaged"),
        (sqlite3.SQLITE_IOERR, "the spool cannot be read: oh"),
    ],
)
def test_whoever_reads_gets_a_sentence(code: int, said: str) -> None:
    error = sqlite3.DatabaseError("oh")
    error.sqlite_errorcode = code
    with pytest.raises(ConfigurationError, match=said), told():
        raise error


def test_a_full_disk_is_not_damage() -> None:
    full, corrupt = sqlite3.OperationalError(), sqlite3.DatabaseError()
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    corrupt.sqlite_errorcode = sqlite3.SQLITE_CORRUPT | (1 << 8)  # one of its extended codes
    assert [damage(error) for error in (full, corrupt, sqlite3.ProgrammingError())] == [False, True, False]


def test_the_lock_names_who_holds_it_and_is_free_afterwards(tmp_path: Path) -> None:
    lock = Lock(tmp_path)
    with pytest.raises(ConfigurationError, match=f"process {os.getpid()}"):
        Lock(tmp_path)
    lock.free()
    Lock(tmp_path).free()
