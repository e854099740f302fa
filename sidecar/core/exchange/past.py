"""The past as the provider produced it, where the agent was given something else.

Strategy: the agent tells a blocked call again under the name it got, with an error of its own as the result ("no such
tool"). Before anything is judged, the call gets its own name and input back, and its result becomes the sentence of the
policy. So the provider sees what it said, signed thinking stays valid, and the model learns why. Where a text stands in
the place of the call, the call is put there again, and its result in front of what the user said next.

Rules:
- The same on every turn: what is put back is taken from the session's memory and from nothing else.
- What the memory does not know for certain stays as the agent tells it: that is a legal past too.
- The provider's own words are not judged on their way back to it.
"""

import json
from collections.abc import Iterator

from sidecar.core.exchange.calls import as_json, words_key
from sidecar.core.exchange.refusal import BEGINS
from sidecar.core.mask.memory import SessionMemory, Turned
from sidecar.core.wire.claude.blocked import NAME
from sidecar.core.wire.claude.past import Told, Words, told_again, words_again
from sidecar.core.wire.json_spans import put_before, replaced_at
from sidecar.core.wire.json_strict import JsonDocument, JsonLimits, parse
from sidecar.core.wire.json_strings import JsonValue, strings


def repaired(document: JsonDocument, memory: SessionMemory, limits: JsonLimits) -> JsonDocument | None:
    """The conversation with every call that is known put back; nothing if there is none."""
    raw = document.raw
    if not len(memory.turned) or not (NAME.encode() in raw or BEGINS.encode() in raw):
        return None
    found, spoken = list(_known(document.value, memory)), list(_spoken(document.value, memory))
    if not (found or spoken):
        return None
    for _, call in (*found, *spoken):
        _remember(call, memory)
    changes = [(told.path, as_json(_block(told, call))) for told, call in found]
    changes += [(words.path, as_json(_call(words, call))) for words, call in spoken]
    text = replaced_at(raw.decode(), changes)
    return parse(_answered(text, document.value, spoken).encode(), limits)


def _known(value: JsonValue, memory: SessionMemory) -> Iterator[tuple[Told, Turned]]:
    for told in told_again(value):
        call = memory.turned_call(told.id)
        if call is not None:
            yield told, call


def _spoken(value: JsonValue, memory: SessionMemory) -> Iterator[tuple[Words, Turned]]:
    for words in words_again(value, BEGINS):
        call, more = (memory.turned_call(words_key(words.text, nth)) for nth in (words.nth, words.times))
        # If one of several is missing, nobody knows which.
        if call is not None and call.id and more is None:
            yield words, call


def _call(words: Words, call: Turned) -> object:
    """With whatever else stands in the agent's block; where the content is nothing but the text, it is the content."""
    kept = {name: one for name, one in words.block.items() if name not in ("type", "text", "citations")}
    block = {"type": "tool_use", "id": call.id, "name": call.name, "input": json.loads(call.input), **kept}
    return block if words.path[-1] != "content" else [block]


def _answered(text: str, value: JsonValue, spoken: list[tuple[Words, Turned]]) -> str:
    """Every call that became words with its result: first in the message that answered them."""
    results: dict[int, list[str]] = {}
    for words, call in spoken:
        block = {"type": "tool_result", "tool_use_id": call.id, "content": call.sentence, "is_error": True}
        results.setdefault(words.answer, []).append(as_json(block))
    before, instead = [], []
    for number, blocks in results.items():
        said, path = _content(value, number), ("messages", number, "content")
        if isinstance(said, list) and said:
            before.append(((*path, 0), ",".join(blocks)))
        else:
            own = [as_json({"type": "text", "text": said})] if isinstance(said, str) and said else []
            instead.append((path, f"[{','.join([*blocks, *own])}]"))
    return put_before(replaced_at(text, instead), before)


def _content(value: JsonValue, number: int) -> JsonValue:
    messages = value["messages"] if isinstance(value, dict) else None
    message = messages[number] if isinstance(messages, list) else None
    return message.get("content") if isinstance(message, dict) else None


def _block(told: Told, call: Turned) -> dict[str, object]:
    """Whatever else stands in the agent's block (`cache_control`, say) stays."""
    if told.result:
        return {**told.block, "content": call.sentence, "is_error": True}
    return {**told.block, "name": call.name, "input": json.loads(call.input)}


def _remember(call: Turned, memory: SessionMemory) -> None:
    """These are the provider's own words."""
    given: JsonValue = [call.name, json.loads(call.input)]
    for text in strings(given):
        if text.value and not text.key:
            memory.remember_said(text.value, text.value)
