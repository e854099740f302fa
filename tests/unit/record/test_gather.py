from pathlib import Path

from sidecar.core.evidence.selection import Selection
from sidecar.record.gather import gathered
from sidecar.record.keys import published
from sidecar.record.sources import SpoolSource
from tests.unit.record.gates import gate


async def test_all_of_a_record_or_a_session_with_its_parts_and_theirs(tmp_path: Path) -> None:
    await gate(tmp_path)
    source, keys = SpoolSource(tmp_path / "state" / "spool"), published(tmp_path / "state" / "keys")
    whole = gathered(source, Selection(), keys, {})
    assert (whole.whole, len(whole.parts), whole.proofs) == (True, 48, {})
    assert len(whole.events) == source.total()
    part = gathered(source, Selection(session="s1"), keys, {"session": "s1"})
    assert (part.whole, len(part.events), len(part.parts), len(part.proofs)) == (False, 12, 24, 12)
    assert len(part.checkpoints) == 2
