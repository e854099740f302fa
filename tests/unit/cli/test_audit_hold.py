"""`gatehouse audit hold`, against a local ClickHouse."""

from pathlib import Path

import pytest

from sidecar.cli.main import main
from tests.clickhouse_server import clickhouse


def test_held_listed_released(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with clickhouse(tmp_path / "data") as server:
        file = tmp_path / "gatehouse.yaml"
        file.write_text(f"development: {{identity: true}}\nrecord: {{clickhouse: '{server.url}/records'}}\n")
        with_file = ["--config", str(file)]
        assert main(["audit", "hold", "s1", *with_file]) == 2  # no tables yet
        assert main(["audit", "migrate", *with_file]) == 0
        assert main(["audit", "hold", "s1", "--reason", "case 7", *with_file]) == 0
        capsys.readouterr()
        assert main(["audit", "hold", *with_file]) == 0
        assert capsys.readouterr().out.split()[0] == "s1"
        assert main(["audit", "hold", "s1", "--release", *with_file]) == 0
        capsys.readouterr()
        assert main(["audit", "hold", *with_file]) == 0
        assert capsys.readouterr().out == ""
