from pathlib import Path

import pytest

from sidecar.core.evidence.verdict import Trouble
from sidecar.record.check import checked
from sidecar.record.keys import published
from sidecar.record.sources import SpoolSource
from tests.unit.record.gates import gate, run


@pytest.mark.parametrize(
    ("edit", "trouble"),
    [
        ("UPDATE events SET kind = 'x' WHERE rowid = (SELECT min(id) + 3 FROM events)", Trouble.CHANGED),
        ("UPDATE events SET seq = 99 WHERE rowid = (SELECT min(id) + 3 FROM events)", Trouble.CHANGED),
        ("DELETE FROM events WHERE id = (SELECT min(id) + 3 FROM events)", Trouble.MISSING),
        ("DELETE FROM events WHERE id = (SELECT max(id) FROM events)", Trouble.TRUNCATED),
        ("UPDATE events SET id = id + 1000000 WHERE seq = 3", Trouble.REORDERED),
        ("UPDATE checkpoints SET line = 'x' WHERE id = (SELECT max(id) FROM checkpoints)", Trouble.CHANGED),
        ("UPDATE parts SET data = x'00' WHERE rowid = 3", Trouble.PART_CHANGED),
        ("DELETE FROM parts WHERE rowid = 3", Trouble.PART_MISSING),
    ],
)
async def test_a_spool_that_somebody_edited(tmp_path: Path, edit: str, trouble: Trouble) -> None:
    await gate(tmp_path)
    seen: list[int] = []
    keys = published(tmp_path / "state" / "keys")
    before = checked(SpoolSource(tmp_path / "state" / "spool"), keys, (), seen.append)
    assert before.green
    assert seen[-1] == before.events
    run(tmp_path, edit)
    after = checked(SpoolSource(tmp_path / "state" / "spool"), keys)
    assert trouble in {fault.trouble for fault in after.faults}
