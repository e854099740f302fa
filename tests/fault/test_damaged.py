"""A spool's main file that is cut or garbled anywhere: said in a sentence, kept aside whole, and the gate goes on.

Strategy: the same file, damaged in many ways, first checked as it lies there (`gatehouse audit verify`), then opened by
a gate. Either SQLite still gives every event, or the file is moved aside byte for byte and the next chain says so.
"""

import json
import random
import re
from hashlib import sha256
from pathlib import Path

import pytest

from sidecar.cli.main import main
from sidecar.record.anchors import FileAnchor
from sidecar.record.reader import events
from sidecar.record.spool import Spool
from sidecar.record.spool_file import NAME
from tests.unit.record.gates import gate
from tests.unit.record.spooling import keys

SEEDS = range(12)


async def damaged(folder: Path, seed: int) -> tuple[str, Path, bytes]:
    """The configuration of a gate that has stopped, its spool's file, and what stands in it by now."""
    config = await gate(folder, lives=2, each=60)
    file, chance = folder / "state" / "spool" / NAME, random.Random(seed)  # noqa: S311  (places, no secret)
    whole = file.read_bytes()
    assert len(whole) > 100_000
    if seed % 3 == 0:
        torn = whole[: chance.randrange(len(whole))]  # a half-written copy; an empty one is no damage but a new spool
    else:
        # Somewhere in what is in use: damage in a page that holds nothing harms nothing.
        bodies = [found.start() for found in re.finditer(b'"kind":"', whole[:-4_096])]
        at = chance.choice(bodies) if seed % 3 == 1 else chance.randrange(100)
        torn = whole[:at] + chance.randbytes(3_000) + whole[at + 3_000 :]
    file.write_bytes(torn)
    return str(config), file, torn


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_check_says_it_in_a_sentence(tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    config, file, torn = await damaged(tmp_path, seed)
    capsys.readouterr()
    code = main(["audit", "verify", "--config", config])
    said = capsys.readouterr()
    assert code in (1, 2), "damage is never green"
    assert "Traceback" not in said.err
    if code == 2:
        assert len(said.err.strip().splitlines()) == 1, said.err
    assert file.read_bytes() == torn, "nobody repairs evidence"


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_gate_keeps_it_aside_and_goes_on(tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    config, _, torn = await damaged(tmp_path, seed)
    state = tmp_path / "state"
    anchors = [FileAnchor(state / "anchor" / "checkpoints.jsonl")]
    spool = Spool(state / "spool", keys(state), anchors=anchors)
    await spool.record("k", {"after": True})
    await spool.close()
    found = list(events(state / "spool"))
    kept = [one / NAME for one in (state / "spool").glob("damaged-*")]
    if kept:
        assert [sha256(one.read_bytes()).digest() for one in kept] == [sha256(torn).digest()]
        assert "damaged" in str(found[0].fact["trouble"])
    assert found[-3].fact == {"after": True}
    # What is gone from the record is named: the anchor knows of it.
    capsys.readouterr()
    code = main(["audit", "verify", "--config", config, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (code, told["integrity"] and told["completeness"]) == (1, False)
    assert told["faults"]
