"""`gatehouse sessions` without a database. With one: `tests/clickhouse/test_sessions.py`."""

from pathlib import Path

import pytest

from sidecar.cli.main import main
from sidecar.cli.sessions import LONGEST_WAIT, play
from sidecar.record.replay import Frame
from sidecar.record.sessions import Story
from tests.unit.cli.test_session_lines import MAIL, MASKED, TURN

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


def test_play_waits_as_it_was_but_not_over_lunch(capsys: pytest.CaptureFixture[str]) -> None:
    waited: list[float] = []
    frames = [
        (1, TURN, None),
        (1, TURN, Frame(0, "user", "text", 0, f"to {MAIL}")),
        (1, TURN, Frame(250, "assistant", "text", 0, "Hel")),
        (1, TURN, Frame(3_600_000, "assistant", "text", 0, "lo")),
        (1, TURN, MASKED),
    ]
    play(iter(frames), Story("s", (TURN,), (MASKED,), ()), False, waited.append)
    assert waited == [0.0, 0.25, LONGEST_WAIT]
    assert capsys.readouterr().out.splitlines()[1:] == [
        f"[user text] to {MAIL}",
        "[assistant text] Hello",
        f"  ~ mask pii/email in request messages[0] now {MAIL} by rule mails",
    ]
