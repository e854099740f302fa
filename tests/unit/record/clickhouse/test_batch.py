"""What goes next, read from a real spool."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sidecar.record.clickhouse.batch import SENDING, following
from sidecar.record.reader import SpoolReader
from sidecar.settings.values import Durability
from tests.unit.record.spooling import opened, part


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[SpoolReader]:
    spool = opened(tmp_path, durability=Durability.RELAXED)
    for number in range(8):
        await spool.record("k", {"n": number}, part(b"text %d" % number))
    await spool.close()
    made = SpoolReader(tmp_path / "spool")
    yield made
    made.close()


def test_no_spool_no_batch(tmp_path: Path) -> None:
    assert following(SpoolReader(tmp_path)) is None


def test_everything_with_its_parts(reader: SpoolReader) -> None:
    batch = following(reader)
    assert batch is not None
    assert [event.kind for event in batch.events] == ["chain_opened", *["k"] * 8, "chain_closed", "checkpoint"]
    assert {data for _, data in batch.parts} == {b"text %d" % number for number in range(8)}
    reader.advance(batch.upto)
    assert following(reader) is None


@pytest.mark.parametrize("bound", [{"most_events": 3}, {"most_bytes": 1}])
def test_a_batch_is_bounded(reader: SpoolReader, bound: dict[str, int]) -> None:
    sizes, parts = [], list[bytes]()
    while batch := following(reader, **bound):
        sizes.append(len(batch.events))
        parts += [data for _, data in batch.parts]
        reader.advance(batch.upto)
    assert sum(sizes) == 11
    assert max(sizes) == bound.get("most_events", 1)
    assert sorted(parts) == [b"text %d" % number for number in range(8)]


def test_a_batch_that_was_begun_is_the_same_again(reader: SpoolReader) -> None:
    begun = following(reader, most_events=3)
    assert begun is not None
    assert reader.said(SENDING) == begun.upto
    assert following(reader, most_events=100) == begun
