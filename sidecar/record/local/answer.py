"""The engine's answer to one statement: its format, its rows whole or block by block, and what it cost.

Strategy: rows travel block by block only where blocks put together are the same bytes as the whole: formats without a
beginning or an end of their own. Everything else, and what a client wants to have whole, is made in memory first.

Rule: the first block is fetched before the answer begins, so that what fails at once has a status of its own.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from sidecar.record.local.engine import Connection, Result, Stream
from sidecar.record.local.failure import Failure, heard
from sidecar.record.local.question import Question
from sidecar.record.local.statement import Insert, Plain

ANSWER_FORMAT, INSERT_FORMAT = "TabSeparated", "Values"
# Blocks of these follow one another as if they were one; the second set prints totals behind the rows.
BINARY = frozenset({"Native", "RowBinary"})
LINES = frozenset({"TabSeparated", "TSV", "TabSeparatedRaw", "TSVRaw", "CSV", "JSONEachRow", "JSONCompactEachRow"})
STREAMABLE = frozenset({"SELECT", "WITH", "FROM"})
READONLY = 164
ONLY_READS = (
    "default: Cannot execute query in readonly mode. A GET request only reads: use POST for what changes anything."
)
NOT_STREAMED = "Streaming query is not supported"

CONTENT_TYPES: Mapping[str, str] = {
    "TabSeparated": "text/tab-separated-values; charset=UTF-8",
    "TSV": "text/tab-separated-values; charset=UTF-8",
    "TabSeparatedWithNames": "text/tab-separated-values; charset=UTF-8",
    "TSVWithNames": "text/tab-separated-values; charset=UTF-8",
    "CSV": "text/csv; charset=UTF-8; header=absent",
    "CSVWithNames": "text/csv; charset=UTF-8; header=present",
    "CSVWithNamesAndTypes": "text/csv; charset=UTF-8; header=present",
    "JSON": "application/json; charset=UTF-8",
    "JSONCompact": "application/json; charset=UTF-8",
    "JSONStrings": "application/json; charset=UTF-8",
    "JSONEachRow": "application/x-ndjson; charset=UTF-8",
    "JSONCompactEachRow": "application/x-ndjson; charset=UTF-8",
    "XML": "application/xml; charset=UTF-8",
    "Native": "application/octet-stream",
    "RowBinary": "application/octet-stream",
    "RowBinaryWithNames": "application/octet-stream",
    "RowBinaryWithNamesAndTypes": "application/octet-stream",
    "Parquet": "application/octet-stream",
    "Arrow": "application/octet-stream",
    "ArrowStream": "application/octet-stream",
    "ORC": "application/octet-stream",
    "Markdown": "text/markdown; charset=UTF-8",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """The numbers of `X-ClickHouse-Summary`."""

    read_rows: int = 0
    read_bytes: int = 0
    written_rows: int = 0
    written_bytes: int = 0
    result_rows: int = 0
    result_bytes: int = 0
    elapsed_ns: int = 0

    def text(self) -> str:
        numbers = {name: str(getattr(self, name)) for name in self.__slots__}
        return json.dumps({**numbers, "total_rows_to_read": "0"}, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Answer:
    """Known before the first byte goes out."""

    format: str | None = None
    first: bytes = b""
    stream: Stream | None = None
    cost: Cost = field(default_factory=Cost)

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES.get(self.format or ANSWER_FORMAT, "text/plain; charset=UTF-8")

    def more(self) -> bytes | None:
        """The next block; None at the end."""
        piece = self.stream.fetch() if self.stream is not None else None
        return None if piece is None else piece.bytes()


def insert_format(question: Question, insert: Insert) -> str:
    return insert.format or question.format or INSERT_FORMAT


def answer(connection: Connection, question: Question, plain: Plain, text: bytes) -> Answer:
    """Run it. Called in a thread: the engine works as long as it takes."""
    began = time.perf_counter_ns()
    form = (plain.format or question.format or ANSWER_FORMAT) if plain.answers else None
    if form and not question.whole and _streams(form, plain, question):
        try:
            stream = connection.send_query(text, form, params=question.parameters)
            first = stream.fetch()
        except Exception as error:
            if NOT_STREAMED not in str(error):
                raise heard(error) from error
        else:
            if first is None:  # no rows: whatever the format says about nothing, only the whole answer knows
                return _whole(connection, question, text, form, began)
            return Answer(form, first.bytes(), stream)
    return _whole(connection, question, text, form, began)


def _streams(form: str, plain: Plain, question: Question) -> bool:
    if plain.verb not in STREAMABLE:
        return False
    behind = plain.totals or question.settings.get("extremes", "0") != "0"
    return form in BINARY or (form in LINES and not behind)


def _whole(connection: Connection, question: Question, text: bytes, form: str | None, began: int) -> Answer:
    try:
        result = connection.query(text, form or ANSWER_FORMAT, params=question.parameters)
    except Exception as error:
        raise heard(error) from error
    return Answer(form, result.bytes(), None, _cost(result, began))


def _cost(result: Result, began: int) -> Cost:
    return Cost(
        read_rows=result.storage_rows_read(),
        read_bytes=result.storage_bytes_read(),
        written_rows=result.rows_written(),
        written_bytes=result.bytes_written(),
        result_rows=result.rows_read(),
        result_bytes=result.bytes_read(),
        elapsed_ns=time.perf_counter_ns() - began,
    )


def refuse_change(question: Question, statement: Insert | Plain) -> None:
    """A GET only reads, as in ClickHouse."""
    if question.method in ("GET", "HEAD") and (isinstance(statement, Insert) or not statement.reads):
        raise Failure(READONLY, "READONLY", ONLY_READS)
