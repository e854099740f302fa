"""The engine: chDB on one data folder, held by one process.

Strategy: one connection keeps the engine alive; every request gets its own (0.4 ms), which is its own session with
its own settings, database and temporary tables. Connections run in parallel; each is used by one thread at a time.

Rules:
- What was acknowledged is on disk: parts, their folders and the metadata are synced before the answer, so that
  neither a kill nor a power cut takes an inserted row back.
- One process per folder. The lock is taken before the engine is loaded, so that the second process gets a sentence.
"""

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, Self

from sidecar.core.errors import ConfigurationError

CONFIG = """<clickhouse>
  <merge_tree><fsync_after_insert>1</fsync_after_insert><fsync_part_directory>1</fsync_part_directory></merge_tree>
</clickhouse>
"""


class Result(Protocol):
    """What a statement came to, or one piece of it."""

    def bytes(self) -> bytes: ...
    def rows_read(self) -> int: ...
    def bytes_read(self) -> int: ...
    def rows_written(self) -> int: ...
    def bytes_written(self) -> int: ...
    def storage_rows_read(self) -> int: ...
    def storage_bytes_read(self) -> int: ...


class Stream(Protocol):
    """Rows, block by block."""

    def fetch(self) -> Result | None: ...
    def cancel(self) -> None: ...


class Connection(Protocol):
    """chDB's connection, as far as it is used here."""

    def query(self, query: str | bytes, format: str = ..., params: Mapping[str, str] | None = ...) -> Result: ...
    def send_query(self, query: str | bytes, format: str = ..., params: Mapping[str, str] | None = ...) -> Stream: ...
    def close(self) -> None: ...


class Engine:
    """Open from the moment it is made until `close`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._lock = _locked(self.folder)
        try:
            self._address = _address(self.folder)
            self._connect = _library()
            self._kept: Connection = self.connection()
        except BaseException:
            os.close(self._lock)
            raise
        self.version, self.timezone = self.line("SELECT version(), timezone()")

    def connection(self) -> Connection:
        return self._connect(self._address)

    def line(self, query: str) -> list[str]:
        """The first row of a question of our own."""
        return self._kept.query(query, "TabSeparated").bytes().decode().rstrip("\n").split("\t")

    def stop_all(self) -> None:
        """Ask every running statement to end; this one ends by itself."""
        self._kept.query("KILL QUERY WHERE 1 ASYNC")

    def close(self) -> None:
        self._kept.close()
        os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _locked(folder: Path) -> int:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigurationError.single(str(folder), f"the data folder cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise ConfigurationError.single(
            str(folder), "another local ClickHouse uses this data folder; stop it, or choose another with --data"
        ) from error
    return handle


def _address(folder: Path) -> str:
    if "?" in str(folder):
        raise ConfigurationError.single(str(folder), "the data folder's name cannot hold a question mark")
    config = folder / "engine.xml"
    config.write_text(CONFIG)
    return f"{folder / 'engine'}?config-file={config}"


class _Connect(Protocol):
    def __call__(self, address: str, /) -> Connection: ...


def _library() -> _Connect:
    try:
        import chdb  # noqa: PLC0415  (half a gigabyte: only when it is started)
    except ImportError as error:
        raise ConfigurationError.single(
            "clickhouse", f"the local ClickHouse needs chDB ({error}): pip install 'gatehouse[local]'"
        ) from error

    def connect(address: str) -> Connection:
        return chdb.connect(address)  # type: ignore[no-any-return, no-untyped-call]

    return connect
