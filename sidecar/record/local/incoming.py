"""The rows of an INSERT on their way into the engine: all of them on disk first, then one statement.

Strategy: the engine's streaming insert says yes to rows that it then refuses (a constraint, a view that throws). A
plain statement tells the truth, but takes what follows an empty line for another statement. A statement that reads its
rows from a file tells the truth and takes the rows as they are: so the body becomes a file without a name, and the
statement names its descriptor.

Rules:
- The file never has a name, so that nothing of it stays however the process ends.
- A client that leaves half-way has inserted nothing.
"""

import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from sidecar.record.local.answer import Cost
from sidecar.record.local.engine import Connection
from sidecar.record.local.failure import Failure, heard
from sidecar.record.local.statement import Insert

# The engine says where it read; a client never heard of that file.
OUR_FILE = re.compile(r" ?\(in file/uri /dev/fd/\d+\)|: \(in file/uri /dev/fd/\d+\)")


class Incoming:
    """Not for two threads at once."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  (`close` closes it)

    def append(self, data: bytes) -> None:
        self._file.write(data)

    def into(self, connection: Connection, insert: Insert, form: str, parameters: Mapping[str, str]) -> Cost:
        """Everything that came, or a `Failure` with the engine's words."""
        began = time.perf_counter_ns()
        self._file.flush()
        self._file.seek(0)
        place = f"FROM INFILE '/dev/fd/{self._file.fileno()}' COMPRESSION 'none'".encode()
        text = b" ".join((insert.head.rstrip(), place, insert.settings, b"FORMAT", form.encode()))
        try:
            result = connection.query(text, params=parameters)
        except Exception as error:
            failure = heard(error)
            raise Failure(failure.code, failure.name, OUR_FILE.sub("", failure.message)) from error
        elapsed = time.perf_counter_ns() - began
        return Cost(written_rows=result.rows_written(), written_bytes=result.bytes_written(), elapsed_ns=elapsed)

    def close(self) -> None:
        self._file.close()
