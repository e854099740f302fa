"""What stands in the place of a tool call."""

from sidecar.core.wire.claude.blocked import NAME, Notice, call_block, call_events, text_block, text_events
from tests.unit.core.exchange.building import event, put_together

NOTICE = Notice("r", "No.", "Ask \u2028 first.", "Blocked: No.")


def test_a_call_under_another_name() -> None:
    block = call_block("toolu_1", NOTICE)
    assert block == {
        "type": "tool_use",
        "id": "toolu_1",
        "name": NAME,
        "input": {"rule": "r", "reason": "No.", "instead": "Ask \u2028 first."},
    }
    events = call_events(3, "toolu_1", NOTICE) + event("content_block_stop", index=3)
    assert put_together(events) == [block]
    assert events.isascii(), "no client may take what stands in it for the end of a line"


def test_a_text_in_its_place() -> None:
    events = text_events(0, NOTICE) + event("content_block_stop", index=0)
    assert put_together(events) == [text_block(NOTICE)] == [{"type": "text", "text": "Blocked: No."}]
