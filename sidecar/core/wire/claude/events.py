"""Stream events of our own, for what the gate says itself or rewrites.

Rules: only ASCII leaves (`ensure_ascii`). Some clients split lines at U+2028 or U+0085, which an event may hold as
text; escaped, no client can split there.
"""

import json

from sidecar.core.errors import Code
from sidecar.core.wire.claude.errors import error_body
from sidecar.core.wire.sse import event_bytes


def event_of(name: str, **fields: object) -> bytes:
    """An event whose type is its name, as the API does it."""
    return event_bytes(name, json.dumps({"type": name, **fields}, separators=(",", ":")).encode())


def block_start(index: int, block: dict[str, object]) -> bytes:
    return event_of("content_block_start", index=index, content_block=block)


def text_delta(index: int, text: str) -> bytes:
    return event_of("content_block_delta", index=index, delta={"type": "text_delta", "text": text})


def thinking_delta(index: int, thinking: str) -> bytes:
    return event_of("content_block_delta", index=index, delta={"type": "thinking_delta", "thinking": thinking})


def input_json_delta(index: int, partial: str) -> bytes:
    return event_of("content_block_delta", index=index, delta={"type": "input_json_delta", "partial_json": partial})


def block_stop(index: int) -> bytes:
    return event_of("content_block_stop", index=index)


def message_delta(stop_reason: str, output_tokens: int = 0) -> bytes:
    delta = {"stop_reason": stop_reason, "stop_sequence": None}
    return event_of("message_delta", delta=delta, usage={"output_tokens": output_tokens})


def message_stop() -> bytes:
    return event_of("message_stop")


def ping() -> bytes:
    return event_of("ping")


def error_event(code: Code, message: str) -> bytes:
    """Ends a stream in a way that every client understands."""
    return event_bytes("error", error_body(code, message))
