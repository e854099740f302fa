"""Lines of a session, for a terminal."""

from datetime import UTC, datetime

from sidecar.cli.session_lines import END, MARK, finding, heading, timeline, told
from sidecar.record.replay import Frame
from sidecar.record.sessions import Found, Hold, Story, Turn

MAIL = "[EMAIL_K7Q2M9XA]"
AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
TURN = Turn(
    exchange="gx_1", at=AT, ended_at=AT, subject="ada", connection="claude", endpoint="messages", model="m", policy="p",
    verdict="mask", rule="mails", outcome="answered", say="", why="", status=200, stop_reason="end_turn",
    input_tokens=1000, output_tokens=5, cache_read_tokens=900, cache_write_tokens=0, cost=0.25, gate_ms=1.0,
    upstream_ms=1500.0, held_ms=0.0, human_ms=2.0, request_outline="", answer_outline="", answer_timing="",
)  # fmt: skip
MASKED = Found("gx_1", "request", "mails", "pii/email", "prompt", "messages[0]", "mask", "token", MAIL, 0)
HELD = Hold("gx_1", "Bash", "destructive", "approved", "eve", "a drill", 2.0)
OPEN = Hold("gx_1", "Bash", "destructive", "", "", "", None)


def test_timeline() -> None:
    lines = list(timeline(Story("s", (TURN,), (MASKED,), (HELD, OPEN)), {}))
    assert lines == [
        "  1. 12:00:00 gx_1 m answered, mask by rule mails",
        "     tokens 1,000 in (900 read from cache), 5 out   cost 0.2500   model 1,500 ms, gate 1.0 ms, people 2 ms",
        f"     mask pii/email in request messages[0] now {MAIL} by rule mails",
        "     held Bash by rule destructive: approved by eve after 2.0 s: a drill",
        "     held Bash by rule destructive: not decided",
    ]


def test_a_shadow_rule_did_nothing() -> None:
    shadow = Found("gx_1", "request", "try", "pii/email", "prompt", "x", "deny", "", "", 1)
    assert finding(shadow) == "deny pii/email in request x by rule try (shadow: nothing was done)"


def test_a_text_cannot_drive_the_terminal() -> None:
    frame = Frame(0, "user", "text", 0, f"\x1b[2J{MAIL}\x9b")
    assert told(frame, {MAIL: "mails"}, colour=False) == f"\\x1b[2J{MAIL}\\x9b"
    assert told(frame, {MAIL: "mails"}, colour=True) == f"\\x1b[2J{MARK}{MAIL}{END}\\x9b"


def test_a_heading_is_one_harmless_line() -> None:
    assert heading(1, TURN).isprintable()
