"""`gatehouse audit sql` without a database. With one: `tests/clickhouse/test_reports.py`."""

import io
from pathlib import Path

import pytest

from sidecar.cli.main import main


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "sql", str(tmp_path / "q.sql")]) == 2
    assert "cannot be read (FileNotFoundError)" in capsys.readouterr().err


def test_a_file_that_is_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "q.sql").write_bytes(b"\xff\xfe")
    assert main(["audit", "sql", str(tmp_path / "q.sql")]) == 2
    assert "cannot be read (UnicodeDecodeError)" in capsys.readouterr().err


@pytest.mark.parametrize("sql", ["", " ;\n"])
def test_nothing_to_ask(sql: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(sql))
    assert main(["audit", "sql", "-"]) == 2
    assert "holds no SQL" in capsys.readouterr().err
