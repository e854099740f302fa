"""`gatehouse sessions` without a database. With one: `tests/clickhouse/test_sessions.py`."""

from pathlib import Path

import pytest

from sidecar.cli.main import main

COMMANDS = {"sessions": ("sidecar.cli.sessions", "what was said and done")}


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("no subcommand", ()),
        ("not a time", ("list", "--since", "soon")),
        ("no verdict", ("list", "--verdict", "maybe")),
        ("no speed", ("replay", "s", "--speed", "-1")),
        ("no number", ("replay", "s", "--speed", "nan")),
    ],
)
def test_usage(note: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions", *words], COMMANDS) == 2, note
    assert "usage:" in capsys.readouterr().err


def test_a_wrong_address_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.yaml").write_text("policy: p\nrules: []\n")
    text = "policies: [p.yaml]\ndevelopment: {identity: true}\nrecord: {clickhouse: 'http://127.0.0.1:1/gatehouse'}\n"
    (tmp_path / "g.yaml").write_text(text)
    assert main(["sessions", "list", "--config", str(tmp_path / "g.yaml")], COMMANDS) == 2
    told = capsys.readouterr()
    assert "does not answer" in told.err
    assert len(told.err.splitlines()) == 1
