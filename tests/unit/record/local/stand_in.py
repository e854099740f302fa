"""A stand-in for the engine: remembers what it was asked, and answers what it was told to."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Result:
    data: bytes = b""
    rows: int = 0

    def bytes(self) -> bytes:
        return self.data

    def rows_read(self) -> int:
        return self.rows

    def bytes_read(self) -> int:
        return len(self.data)

    def rows_written(self) -> int:
        return 0

    def bytes_written(self) -> int:
        return 0

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
class Written:
    rows_written: int = 0
    bytes_written: int = 0


@dataclass
class Inserter:
    taken: list[bytes] = field(default_factory=list)
    ended: str = ""
    fails: Exception | None = None

    def append(self, data: bytes) -> None:
        self.taken.append(data)

    def finish(self) -> Written:
        if self.fails:
            raise self.fails
        self.ended = "finished"
        return Written(len(self.taken), sum(map(len, self.taken)))

    def cancel(self) -> None:
        self.ended = self.ended or "cancelled"


@dataclass
class Connection:
    """`answers`: by the statement's beginning; streams where a list stands."""

    answers: dict[str, bytes | Exception | list[Result | Exception]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    inserter: Inserter = field(default_factory=Inserter)
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
        return Result(told)

    def send_query(self, query: str | bytes, format: str = "CSV", params: Mapping[str, str] | None = None) -> Stream:
        told = self._told(query)
        self.stream = Stream(
            list(told) if isinstance(told, list) else [told if isinstance(told, Exception) else Result(told)]
        )
        return self.stream

    def send_insert(self, query: str | bytes, format: str = "CSV") -> Inserter:
        self._told(query)
        return self.inserter

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

    def connection(self) -> Connection:
        self.made.append(Connection(self.answers))
        return self.made[-1]

    def stop_all(self) -> None:
        self.stopped = True
