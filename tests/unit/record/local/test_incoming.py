"""Rows on their way in, over a stand-in; what the real engine refuses is in tests/clickhouse/test_refused.py."""

from pathlib import Path

import pytest

from sidecar.record.local.failure import Failure
from sidecar.record.local.incoming import Incoming
from sidecar.record.local.statement import Insert
from tests.unit.record.local.stand_in import Connection

HEAD = Insert(b"INSERT INTO t (a) ", "CSV", 0, b"SETTINGS async_insert=0 ")


def test_pieces_are_one_file_and_one_statement(tmp_path: Path) -> None:
    connection, incoming = Connection(), Incoming(tmp_path)
    for piece in (b"1\n", b"", b"\n;2\n"):
        incoming.append(piece)
    cost = incoming.into(connection, HEAD, "CSV", {})
    incoming.close()
    assert connection.taken == [b"1\n\n;2\n"]
    (said,) = connection.asked
    assert said.startswith("INSERT INTO t (a) FROM INFILE '/dev/fd/")
    assert said.endswith(" COMPRESSION 'none' SETTINGS async_insert=0  FORMAT CSV")
    assert (cost.written_rows, list(tmp_path.iterdir())) == (6, [])


def test_what_the_engine_refuses_is_told_without_our_file(tmp_path: Path) -> None:
    said = "Code: 27. DB::Exception: Code: 27. DB::Exception: Not a number: (in file/uri /dev/fd/7): at row 1. (X)"
    connection, incoming = Connection({"INSERT": RuntimeError(said)}), Incoming(tmp_path)
    with pytest.raises(Failure) as refused:
        incoming.into(connection, HEAD, "CSV", {})
    incoming.close()
    assert (refused.value.code, "/dev/fd" in refused.value.message) == (27, False)
