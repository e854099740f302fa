"""A stand-in for the engine: remembers what it was asked, and answers what it was told to."""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

INFILE = re.compile(r"FROM INFILE '([^']+)'")


@dataclass
class Result:
    data: bytes = b""
    rows: int = 0
    written: int = 0

    def bytes(self) -> bytes:
        return self.data

    def rows_read(self) -> int:
        return self.rows

    def bytes_read(self) -> int:
        return len(self.data)

    def rows_written(self) -> int:
        return self.written

    def bytes_written(self) -> int:
        return self.written

    def storage_rows_read(self) -> int:
        return self.rows

    def storage_bytes_read(self) -> int:
        return len(self.data)


@dataclass
class Stream:
    pieces: list[Result | Exception]
    cancelled: bool = False

    def fetch(self) -> Result | None:
        if not self.pieces:
            return None
        piece = self.pieces.pop(0)
        if isinstance(piece, Exception):
            raise piece
        return piece

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class Connection:
    """`answers`: by the statement's beginning; streams where a list stands. `taken`: what it read from files."""

    answers: dict[str, bytes | Exception | list[Result | Exception]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    closed: bool = False
    stream: Stream | None = None

    def _told(self, query: str | bytes) -> bytes | Exception | list[Result | Exception]:
        text = query.decode() if isinstance(query, bytes) else query
        self.asked.append(text)
        return next((told for start, told in self.answers.items() if text.startswith(start)), b"")

    def query(self, query: str | bytes, format: str = "CSV", params: Mapping[str, str] | None = None) -> Result:
        told = self._told(query)
        if isinstance(told, Exception):
            raise told
        if isinstance(told, list):
            return Result(b"".join(one.data for one in told if isinstance(one, Result)))
        if named := INFILE.search(self.asked[-1]):
            self.taken.append(Path(named[1]).read_bytes())
            return Result(told, written=len(self.taken[-1]))
        return Result(told)

    def send_query(self, query: str | bytes, format: str = "CSV", params: Mapping[str, str] | None = None) -> Stream:
        told = self._told(query)
        self.stream = Stream(
            list(told) if isinstance(told, list) else [told if isinstance(told, Exception) else Result(told)]
        )
        return self.stream

    def close(self) -> None:
        self.closed = True


@dataclass
class Engine:
    """Every connection shares the answers."""

    answers: dict[str, bytes | Exception | list[Result | Exception]] = field(default_factory=dict)
    made: list[Connection] = field(default_factory=list)
    version: str = "26.9"
    timezone: str = "UTC"
    stopped: bool = False
    folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))

    def connection(self) -> Connection:
        self.made.append(Connection(self.answers))
        return self.made[-1]

    def stop_all(self) -> None:
        self.stopped = True
