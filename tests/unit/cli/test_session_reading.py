"""What `gatehouse sessions` prints of a session, without a database. With one: `tests/clickhouse/test_sessions.py`."""

import pytest

from sidecar.cli.session_reading import LONGEST_WAIT, play
from sidecar.record.replay import Frame
from sidecar.record.sessions import Story
from tests.unit.cli.test_session_lines import MAIL, MASKED, TURN


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
