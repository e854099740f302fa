"""The next batch, read while another one is on its way."""

import sqlite3
from pathlib import Path

import pytest

from sidecar.record.clickhouse.ahead import Ahead
from sidecar.record.clickhouse.batch import SENDING, following
from sidecar.record.reader import SpoolReader
from sidecar.record.spool_file import NAME
from sidecar.settings.values import Durability
from tests.unit.record.spooling import opened, part


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    spool = opened(tmp_path, durability=Durability.RELAXED)
    for number in range(8):
        await spool.record("k", {"n": number}, part(b"text %d" % number))
    await spool.close()
    return tmp_path / "spool"


@pytest.fixture
def reader(folder: Path) -> SpoolReader:
    return SpoolReader(folder)


def test_it_is_what_comes_next_and_nobody_was_told(folder: Path, reader: SpoolReader) -> None:
    first = following(reader, most_events=3)
    assert first is not None
    ahead = Ahead(folder)
    ahead.begin(first.upto)
    reader.advance(first.upto)
    found = ahead.take(reader.cursor())
    assert reader.said(SENDING) == first.upto
    assert found == following(reader)
    assert ahead.take(reader.cursor()) is None, "it is taken once"
    ahead.close()
    reader.close()


@pytest.mark.parametrize(("moved", "note"), [(0, "the batch before was not delivered"), (2, "it went elsewhere")])
def test_what_does_not_come_next_is_not_taken(folder: Path, reader: SpoolReader, moved: int, note: str) -> None:
    first = following(reader, most_events=3)
    assert first is not None
    ahead = Ahead(folder)
    ahead.begin(first.upto)
    reader.advance(first.upto + moved if moved else 0)
    assert ahead.take(reader.cursor()) is None, note
    ahead.close()
    reader.close()


def test_a_spool_that_cannot_be_read_is_told_when_it_is_its_turn(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"no database" * 1000)
    ahead = Ahead(tmp_path)
    ahead.begin(0)
    with pytest.raises(sqlite3.DatabaseError):
        ahead.take(0)
    ahead.begin(0)
    ahead.forget()
    assert ahead.take(0) is None
    ahead.close()
