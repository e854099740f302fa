"""`gatehouse audit migrate` and `hold`, against a local ClickHouse."""

from pathlib import Path

import pytest

from sidecar.cli.main import main
from sidecar.record.clickhouse.render import migrations
from tests.clickhouse_server import clickhouse


def configured(folder: Path, address: str) -> str:
    file = folder / "gatehouse.yaml"
    file.write_text(f"development: {{identity: true}}\nrecord: {{clickhouse: '{address}'}}\n")
    return str(file)


def test_migrate_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with clickhouse(tmp_path / "data") as server:
        file = configured(tmp_path, f"{server.url}/records")
        assert main(["audit", "migrate", "--config", file]) == 0
        first = capsys.readouterr().out.splitlines()
        assert [line for line in first if line.startswith("applied ")] == [
            f"applied {one.version} {one.name}" for one in migrations()
        ]
        assert main(["audit", "migrate", "--config", file]) == 0
        assert capsys.readouterr().out.splitlines() == first[-1:]


def test_without_a_database_it_is_a_mistake_in_the_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "gatehouse.yaml"
    file.write_text("development: {identity: true}\n")
    assert main(["audit", "migrate", "--config", str(file)]) == 2
    assert "record.clickhouse" in capsys.readouterr().err


def test_nobody_there_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = configured(tmp_path, "http://127.0.0.1:9/records")
    assert main(["audit", "migrate", "--config", file]) == 2
    said = capsys.readouterr().err
    assert "does not answer" in said
    assert len(said.splitlines()) == 1
