"""Two spools as one record."""

from pathlib import Path

from sidecar.record.check import checked
from sidecar.record.joined import Joined
from sidecar.record.keys import published
from sidecar.record.sources import SpoolSource
from sidecar.record.spool import Spool
from tests.unit.record.gates import gate, run
from tests.unit.record.spooling import keys, part


async def both(folder: Path) -> Joined:
    await gate(folder)
    spool = Spool(folder / "state" / "access", keys(folder / "state"))
    await spool.record("sealed_opened", {"x": {"part": next(iter(part(b"mine")))}}, part(b"mine"))
    await spool.close()
    return Joined([SpoolSource(folder / "state" / name) for name in ("spool", "access")])


async def test_all_of_both(tmp_path: Path) -> None:
    joined = await both(tmp_path)
    alone = SpoolSource(tmp_path / "state" / "spool")
    events = [event for batch in joined.events() for event in batch]
    assert (len(events), joined.total()) == (alone.total() + 4, alone.total() + 4)
    assert joined.whole
    mine = next(iter(part(b"mine")))
    assert joined.holds(mine)
    assert not alone.holds(mine)
    assert set(joined.absent(frozenset((mine, "00" * 32)))) == {"00" * 32}
    assert mine in dict(joined.parts())
    assert checked(joined, published(tmp_path / "state" / "keys")).green
    assert len(joined.own()) == 2


async def test_where_one_was_delivered_and_freed(tmp_path: Path) -> None:
    await both(tmp_path)
    run(tmp_path, "INSERT OR REPLACE INTO state VALUES ('cursor', (SELECT min(id) + 2 FROM events))")
    run(tmp_path, "DELETE FROM events WHERE id < (SELECT min(id) + 3 FROM events)")
    joined = Joined([SpoolSource(tmp_path / "state" / name) for name in ("spool", "access")])
    assert not joined.whole
    assert list(joined.begins.values()) == [4]
    assert list(joined.absent(frozenset(("00" * 32,)))) == []
    assert checked(joined, published(tmp_path / "state" / "keys")).green
