"""An assistant's answer of our own: what a denied call gets where a rule wants the session to live.

Strategy: a legal message with one text block and `end_turn`, as one document or as the events the API would send.

Rules: never `stop_reason: refusal`: agents take it for the model's own safeguards, and try again.
"""

import json

from sidecar.core.model.http import Headers
from sidecar.core.wire.claude.events import block_start, block_stop, event_of, message_delta, message_stop, text_delta


def answer(text: str, *, model: str, id: str, stream: bool) -> tuple[Headers, bytes]:
    """Headers and body of a 200. No tokens were used, and none are claimed."""
    if stream:
        return _streamed(text, _message(model, id, [], None))
    body = json.dumps(_message(model, id, [{"type": "text", "text": text}], "end_turn"), separators=(",", ":")).encode()
    return (("content-type", "application/json"), ("content-length", str(len(body)))), body


def _message(model: str, identifier: str, content: list[object], stop_reason: str | None) -> dict[str, object]:
    return {
        "id": identifier,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }


def _streamed(text: str, message: dict[str, object]) -> tuple[Headers, bytes]:
    events = (
        event_of("message_start", message=message),
        block_start(0, {"type": "text", "text": ""}),
        text_delta(0, text),
        block_stop(0),
        message_delta("end_turn"),
        message_stop(),
    )
    return (("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache")), b"".join(events)
