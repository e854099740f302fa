"""Calls in a conversation that were given to the agent under another name, with the results it made up for them, or as
words.

Rules:
- A result belongs to the call with its identifier that stands before it; one for an identifier that nobody blocked is
  nobody's business here.
- Words can be a call again only where its result can follow and the provider would take it: somebody answered them, the
  request has tools, and where it wants thinking, thinking comes first.
"""

from collections import Counter
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


@dataclass(frozen=True, slots=True)
class Words:
    """A text that may stand where a call stood, the `nth` time that it stands in its turn, in which it stands `times`
    times. `path`: of the block, or of a content that is nothing but a text; `answer`: which message answers it."""

    path: Path
    block: Object = field(repr=False)
    text: str = field(repr=False)
    nth: int
    times: int
    answer: int


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


def words_again(value: JsonValue, begin: str) -> Iterator[Words]:
    """Every text of the assistant's that begins so, in order."""
    if not isinstance(value, dict) or not value.get("tools"):
        return
    said, thinks = value.get("messages"), _thinks(value)
    messages = said if isinstance(said, list) else []
    for run, answer in _turns(messages):
        if not thinks or _thinking_first(messages[run[0]]):
            yield from _in_turn(messages, run, answer, begin)


def _in_turn(messages: list[JsonValue], run: range, answer: int, begin: str) -> Iterator[Words]:
    found = [
        (("messages", number, "content", *place), block, text)
        for number in run
        for place, block in _texts(messages[number])
        if (text := (word(block, "text") or "").strip()).startswith(begin)
    ]
    times, seen = Counter(text for _, _, text in found), Counter[str]()
    for path, block, text in found:
        yield Words(path, block, text, seen[text], times[text], answer)
        seen[text] += 1


def _turns(messages: list[JsonValue]) -> Iterator[tuple[range, int]]:
    """Messages of the assistant that follow on each other, and the one of the user's that answers them."""
    begin = None
    for number, message in enumerate(messages):
        told = message if isinstance(message, dict) else {}
        role = word(told, "role")
        if role == "assistant":
            begin = number if begin is None else begin
            continue
        if role == "user" and begin is not None and isinstance(told.get("content"), str | list):
            yield range(begin, number), number
        begin = None


def _texts(message: JsonValue) -> Iterator[tuple[Path, Object]]:
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, str):
        yield (), {"type": "text", "text": content}
    for place, block in enumerate(content if isinstance(content, list) else ()):
        if isinstance(block, dict) and word(block, "type") == "text":
            yield (place,), block


def _thinks(request: Object) -> bool:
    thinking = request.get("thinking")
    return isinstance(thinking, dict) and thinking.get("type") == "enabled"


def _thinking_first(message: JsonValue) -> bool:
    content = message.get("content") if isinstance(message, dict) else None
    first = content[0] if isinstance(content, list) and content else None
    return isinstance(first, dict) and word(first, "type") in ("thinking", "redacted_thinking")


def _blocks(value: JsonValue) -> Iterator[tuple[Path, Object, bool]]:
    messages = value.get("messages") if isinstance(value, dict) else None
    for number, message in enumerate(messages if isinstance(messages, list) else ()):
        content = message.get("content") if isinstance(message, dict) else None
        for place, block in enumerate(content if isinstance(content, list) else ()):
            if isinstance(block, dict):
                yield ("messages", number, "content", place), block, word(message, "role") == "assistant"
