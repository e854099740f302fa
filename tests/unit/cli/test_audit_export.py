from pathlib import Path

import pytest

from sidecar.cli.main import main
from sidecar.record.bundle import BundleSource
from tests.unit.record.gates import gate


async def test_all_or_a_session_or_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config, out = str(await gate(tmp_path)), tmp_path / "b.tar.gz"
    assert main(["audit", "export", "--config", config, "--out", str(out)]) == 0
    assert f"audit verify --bundle {out}" in capsys.readouterr().out
    assert BundleSource(out).whole
    assert main(["audit", "export", "--config", config, "--out", str(out), "--session", "s0"]) == 0
    assert (BundleSource(out).whole, BundleSource(out).total()) == (False, 12)
    assert main(["audit", "export", "--config", config, "--out", str(out), "--session", "none"]) == 2
    assert BundleSource(out).total() == 12
    assert main(["audit", "export", "--config", config, "--out", str(tmp_path / "no" / "b.tar.gz")]) == 2
    assert "cannot be written" in capsys.readouterr().err
