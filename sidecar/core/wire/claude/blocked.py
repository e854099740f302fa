"""What stands in the place of a tool call that may not happen, as a block and as events of a stream.

Strategy: the call keeps its id and gets a name that no tool has. Tried with the real Agent SDK: it answers that id with
an error by itself, runs the other calls of the message, and asks the model again. For a client that runs no tools in a
loop, a text stands there.

Rules: what is written here is whole in itself: a client needs nothing of the call that it replaces.
"""

import json
from dataclasses import dataclass

from sidecar.core.wire.claude.events import block_start, input_json_delta, text_delta

NAME = "blocked_by_policy"


@dataclass(frozen=True, slots=True)
class Notice:
    """`reason` is what people read; `instead` what the agent may do otherwise; `sentence` both, with the rule."""

    rule: str
    reason: str
    instead: str
    sentence: str

    def input(self) -> dict[str, object]:
        return {"rule": self.rule, "reason": self.reason, "instead": self.instead}


def call_block(identifier: str | None, notice: Notice) -> dict[str, object]:
    return {"type": "tool_use", "id": identifier or "", "name": NAME, "input": notice.input()}


def text_block(notice: Notice) -> dict[str, object]:
    return {"type": "text", "text": notice.sentence}


def call_events(index: int, identifier: str | None, notice: Notice) -> bytes:
    """Up to the end of the block, which stays the provider's."""
    begun = block_start(index, {**call_block(identifier, notice), "input": {}})
    return begun + input_json_delta(index, json.dumps(notice.input()))


def text_events(index: int, notice: Notice) -> bytes:
    return block_start(index, {"type": "text", "text": ""}) + text_delta(index, notice.sentence)
