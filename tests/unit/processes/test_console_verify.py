"""The check of the record that the console begins."""

import json
import shutil
from pathlib import Path

import pytest

from sidecar.processes.console_verify import SHOWN, line, main
from tests.unit.record.gates import gate, run

Said = list[dict[str, object]]


async def test_a_whole_record(tmp_path: Path) -> None:
    said: Said = []
    assert main(await gate(tmp_path), said.append) == 0
    last = said[-1]
    assert (last["share"], last["integrity"], last["completeness"], last["faults"]) == (1.0, True, True, [])
    assert last["chains"] == 2
    assert int(str(last["events"])) > 24


async def test_a_record_that_somebody_edited_names_what_and_where(tmp_path: Path) -> None:
    config, said = await gate(tmp_path), list[dict[str, object]]()
    run(tmp_path, "DELETE FROM events WHERE id = (SELECT min(id) + 3 FROM events)")
    assert main(config, said.append) == 0
    assert said[-1]["completeness"] is False
    assert said[-1]["faults"]


async def test_what_cannot_be_checked_says_why(tmp_path: Path) -> None:
    config, said = await gate(tmp_path), list[dict[str, object]]()
    shutil.rmtree(tmp_path / "state" / "keys")
    assert main(config, said.append) == 1
    assert "no public keys" in str(said[-1]["trouble"])


async def test_of_many_faults_some_are_shown_and_the_rest_is_counted(tmp_path: Path) -> None:
    config, said = await gate(tmp_path, lives=1, each=SHOWN), list[dict[str, object]]()
    run(tmp_path, "UPDATE events SET kind = 'x'")
    main(config, said.append)
    faults = said[-1]["faults"]
    assert isinstance(faults, list)
    assert len(faults) == SHOWN
    assert int(str(said[-1]["left_out"])) > 0


def test_it_talks_in_lines_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    line({"share": 0.5})
    line({"share": 1.0})
    assert [json.loads(one) for one in capsys.readouterr().out.splitlines()] == [{"share": 0.5}, {"share": 1.0}]
