"""Events of our own: what the reader makes of them, and that no client can split them."""

import json

import pytest

from sidecar.core.errors import Code
from sidecar.core.wire.claude import events
from sidecar.core.wire.sse import SseReader

ODD = 'a "b" \\ \n \u2028\u2029\x85 \U0001f600'
OURS = [
    (events.ping(), {"type": "ping"}),
    (
        events.text_delta(3, ODD),
        {"type": "content_block_delta", "index": 3, "delta": {"type": "text_delta", "text": ODD}},
    ),
    (
        events.thinking_delta(3, ODD),
        {"type": "content_block_delta", "index": 3, "delta": {"type": "thinking_delta", "thinking": ODD}},
    ),
    (
        events.input_json_delta(3, ODD),
        {"type": "content_block_delta", "index": 3, "delta": {"type": "input_json_delta", "partial_json": ODD}},
    ),
    (
        events.block_start(3, {"type": "text", "text": ODD}),
        {"type": "content_block_start", "index": 3, "content_block": {"type": "text", "text": ODD}},
    ),
    (events.block_stop(3), {"type": "content_block_stop", "index": 3}),
    (
        events.message_delta("end_turn", 5),
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 5},
        },
    ),
    (events.message_stop(), {"type": "message_stop"}),
    (events.error_event(Code.API, ODD), {"type": "error", "error": {"type": "api_error", "message": ODD}}),
]


@pytest.mark.parametrize(("raw", "meaning"), OURS, ids=[row[1]["type"] for row in OURS])
def test_one_legal_event(raw, meaning):
    reader = SseReader()
    (event,) = reader.feed(raw)
    assert reader.flush() == b""
    assert event.event == meaning["type"]
    assert json.loads(event.data) == meaning
    assert raw.isascii()
    assert len(raw.decode().splitlines()) == 3
