"""Many texts in one call."""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.several import LARGEST, LEAST, LEFT_OUT, MOST, cost, readable
from sidecar.core.understand.understand import understand


def test_one_long_text_is_always_read_and_many_are_not() -> None:
    assert cost("x" * 1_000_000) == LARGEST
    assert cost("") == LEAST
    assert readable(["x" * 1_000_000]) == 1
    assert readable(["ls"] * 1000) == MOST // LEAST


def test_a_call_with_more_commands_than_are_read_is_unknown() -> None:
    commands = ["ls -la /tmp"] * 500
    for tool, input in (
        ("Bash", {"commands": commands}),
        ("mcp__a__do", {"commands": commands}),
        ("mcp__a__do", {"steps": [{"sql": "SELECT 1"}] * 150}),
    ):
        understood = understand(tool, input)
        assert LEFT_OUT in understood.unread
        assert Effect.UNKNOWN in understood.effects


def test_a_dozen_is_read() -> None:
    assert LEFT_OUT not in understand("Bash", {"commands": ["ls -la /tmp"] * 12}).unread
    assert LEFT_OUT not in understand("mcp__a__read_files", {"paths": ["/srv/a.txt"] * 150}).unread
