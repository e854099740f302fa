from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.anchored import Anchored
from sidecar.record.check import checked
from sidecar.record.keys import published
from sidecar.record.sources import SpoolSource, anchored, file_anchor
from tests.unit.core.evidence.histories import history
from tests.unit.record.gates import gate, run

LINES = [one.line for one in history(lives=1).anchor]


async def test_a_spool_as_it_stands(tmp_path: Path) -> None:
    await gate(tmp_path)
    source = SpoolSource(tmp_path / "state" / "spool")
    events = [event for batch in source.events() for event in batch]
    assert (source.total(), source.whole, source.begins) == (len(events), True, {})
    assert len(list(source.parts())) == 48
    name, data = next(source.parts())
    assert source.holds(name)
    assert source.absent(frozenset((name, "ab" * 32))) == ["ab" * 32]
    assert data is not None
    one = SpoolSource(tmp_path / "state" / "spool", frozenset((events[0].chain,)))
    assert one.total() == len(events) // 2
    assert not one.whole


async def test_what_was_delivered_may_be_freed_and_nothing_else(tmp_path: Path) -> None:
    await gate(tmp_path)
    spool, keys = tmp_path / "state" / "spool", published(tmp_path / "state" / "keys")
    anchor = file_anchor(tmp_path / "state" / "anchor" / "checkpoints.jsonl")
    assert anchor is not None
    first = "(SELECT min(id) FROM events)"
    run(tmp_path, f"INSERT INTO state SELECT 'cursor', min(id) + 6 FROM events WHERE id >= {first}")  # noqa: S608
    run(tmp_path, f"DELETE FROM events WHERE id < {first} + 4")  # noqa: S608
    run(tmp_path, "UPDATE parts SET data = NULL WHERE event < (SELECT min(id) FROM events)")
    source = SpoolSource(spool)
    assert list(source.begins.values()) == [5]
    assert checked(source, keys, [anchor]).green
    run(tmp_path, f"DELETE FROM events WHERE id < {first} + 5")  # noqa: S608
    assert not checked(SpoolSource(spool), keys, [anchor]).completeness


async def test_a_part_whose_bytes_were_edited(tmp_path: Path) -> None:
    await gate(tmp_path)
    run(tmp_path, "UPDATE parts SET data = x'00' WHERE rowid = 1")
    assert None in {data for _, data in SpoolSource(tmp_path / "state" / "spool").parts()}


def test_a_spool_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no spool here"):
        SpoolSource(tmp_path)
    (tmp_path / "spool.sqlite").touch()
    with pytest.raises(ConfigurationError, match="not a spool"):
        SpoolSource(tmp_path)


def test_the_lines_of_an_anchor(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    assert file_anchor(file) is None
    collected = b'{"checkpoint":' + LINES[1] + b"}"
    file.write_bytes(b"\n".join((LINES[0], LINES[0][:50], b'{"level":"info"}', collected, b"7", b"")))
    assert file_anchor(file) == anchored(str(file), LINES[:2], torn=True)
    assert anchored("list", [LINES[0], LINES[1][:50]], torn=False) == Anchored(
        "list", anchored("", LINES[:1], torn=False).checkpoints, 1
    )
    with pytest.raises(ConfigurationError, match="cannot be read"):
        file_anchor(tmp_path)
