"""Calls in a conversation that were given to the agent under another name, and the results it made up for them.

Rules: a result belongs to the call with its identifier that stands before it; one for an identifier that nobody
blocked is nobody's business here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sidecar.core.wire.claude.answer import word
from sidecar.core.wire.claude.blocked import NAME
from sidecar.core.wire.json_strings import JsonValue

Path = tuple[str | int, ...]
Object = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Told:
    """One block of the agent's: the call, or its result. `path`: where it stands."""

    path: Path
    block: Object = field(repr=False)
    id: str
    result: bool


def told_again(value: JsonValue) -> Iterator[Told]:
    """Every blocked call and every result of one, in order."""
    blocked: set[str] = set()
    for path, block, assistant in _blocks(value):
        kind = word(block, "type")
        if assistant and kind == "tool_use" and word(block, "name") == NAME and (known := word(block, "id")):
            blocked.add(known)
            yield Told(path, block, known, False)
        elif not assistant and kind == "tool_result" and (asked := word(block, "tool_use_id")) in blocked:
            yield Told(path, block, str(asked), True)


def _blocks(value: JsonValue) -> Iterator[tuple[Path, Object, bool]]:
    messages = value.get("messages") if isinstance(value, dict) else None
    for number, message in enumerate(messages if isinstance(messages, list) else ()):
        content = message.get("content") if isinstance(message, dict) else None
        for place, block in enumerate(content if isinstance(content, list) else ()):
            if isinstance(block, dict):
                yield ("messages", number, "content", place), block, word(message, "role") == "assistant"
