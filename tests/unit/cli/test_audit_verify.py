import json
from pathlib import Path

import pytest

from sidecar.cli.main import main
from tests.unit.record.gates import gate, run


async def test_green_and_red_and_nothing_to_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = str(await gate(tmp_path))
    assert main(["audit", "verify", "--config", config]) == 0
    assert "nothing was changed" in capsys.readouterr().out
    run(tmp_path, "UPDATE events SET body = replace(body, 'x0-1', 'x9-1') WHERE seq = 4")
    assert main(["audit", "verify", "--config", config]) == 1
    said = capsys.readouterr().out
    assert "BROKEN: something was changed" in said
    assert "changed: gc_" in said
    assert main(["audit", "verify", "--config", config, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["integrity"], told["completeness"], told["chains"]) == (False, True, 2)
    assert {(fault["kind"], fault["seq"]) for fault in told["faults"]} == {("changed", 4)}


async def test_a_chain_a_session_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = str(await gate(tmp_path))
    assert main(["audit", "verify", "--config", config, "--session", "s1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["checked"] == "spool, 12 events asked for in 2 chains"
    assert main(["audit", "verify", "--config", config, "--from", "2020", "--to", "2099"]) == 0
    for nothing in (["--chain", "gc_none"], ["--session", "none"], ["--to", "2020"]):
        assert main(["audit", "verify", "--config", config, *nothing]) == 2


async def test_an_anchor_that_knows_more_and_one_that_is_not_there(tmp_path: Path) -> None:
    config = str(await gate(tmp_path))
    kept = tmp_path / "kept"
    kept.write_bytes((tmp_path / "state" / "anchor" / "checkpoints.jsonl").read_bytes())
    (tmp_path / "state" / "anchor" / "checkpoints.jsonl").unlink()
    run(tmp_path, "DELETE FROM checkpoints WHERE id = (SELECT max(id) FROM checkpoints)")
    run(tmp_path, "DELETE FROM events WHERE id = (SELECT max(id) FROM events)")
    assert main(["audit", "verify", "--config", config]) == 0
    assert main(["audit", "verify", "--config", config, "--anchor", str(kept)]) == 1
    assert main(["audit", "verify", "--config", config, "--anchor", str(tmp_path / "none")]) == 2


async def test_a_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config, out = str(await gate(tmp_path)), tmp_path / "b.tar.gz"
    assert main(["audit", "export", "--config", config, "--out", str(out)]) == 0
    assert main(["audit", "verify", "--bundle", str(out), "--keys", str(tmp_path / "state" / "keys")]) == 0
    raw = out.read_bytes()
    out.write_bytes(raw[:500] + bytes([raw[500] ^ 1]) + raw[501:])
    assert main(["audit", "verify", "--bundle", str(out)]) == 1
    assert main(["audit", "verify", "--bundle", str(tmp_path / "none")]) == 2
    assert "cannot be read" in capsys.readouterr().err
