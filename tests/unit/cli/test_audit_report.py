"""`gatehouse audit report` without a database. With one: `tests/clickhouse/test_reports.py`."""

from pathlib import Path

import pytest

from sidecar.cli.main import main


def test_without_a_name_it_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "report"]) == 0
    told = capsys.readouterr().out
    assert "access" in told
    assert "Was anything" in told or "Did anything" in told


WRONG = [
    ("no such report", ("acess",), "there is no report 'acess'"),
    ("all as CSV", ("all", "--format", "csv"), "CSV is one table"),
    ("backwards", ("access", "--from", "2026-03-02", "--to", "2026-03-01"), "--from has to be before --to"),
    ("no such form", ("access", "--format", "pdf"), "invalid choice"),
    ("no time", ("access", "--from", "soon"), "is no time"),
]


@pytest.mark.parametrize(("note", "words", "expected"), WRONG, ids=[row[0] for row in WRONG])
def test_wrong(note: str, words: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "report", *words]) == 2, note
    assert expected in capsys.readouterr().err


def test_a_wrong_address_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.yaml").write_text("policy: p\nrules: []\n")
    text = "policies: [p.yaml]\ndevelopment: {identity: true}\nrecord: {clickhouse: 'http://127.0.0.1:1/gatehouse'}\n"
    (tmp_path / "g.yaml").write_text(text)
    assert main(["audit", "report", "access", "--config", str(tmp_path / "g.yaml")]) == 2
    told = capsys.readouterr().err
    assert "does not answer" in told
    assert len(told.splitlines()) == 1
