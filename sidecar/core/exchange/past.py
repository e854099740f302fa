"""The past as the provider produced it, where the agent was given something else.

Strategy: the agent tells a blocked call again under the name it got, with an error of its own as the result ("no such
tool"). Before anything is judged, the call gets its own name and input back, and its result becomes the sentence of the
policy. So the provider sees what it said, signed thinking stays valid, and the model learns why.

Rules:
- The same on every turn: what is put back is taken from the session's memory and from nothing else.
- What the memory does not know for certain stays as the agent tells it: that is a legal past too.
- The provider's own words are not judged on their way back to it.
"""

import json
from collections.abc import Iterator

from sidecar.core.exchange.calls import as_json
from sidecar.core.mask.memory import SessionMemory, Turned
from sidecar.core.wire.claude.blocked import NAME
from sidecar.core.wire.claude.past import Told, told_again
from sidecar.core.wire.json_spans import replaced_at
from sidecar.core.wire.json_strict import JsonDocument, JsonLimits, parse
from sidecar.core.wire.json_strings import JsonValue, strings


def repaired(document: JsonDocument, memory: SessionMemory, limits: JsonLimits) -> JsonDocument | None:
    """The conversation with every call that is known put back; nothing if there is none."""
    if NAME.encode() not in document.raw or not len(memory.turned):
        return None
    found = [(told, call) for told, call in _known(document.value, memory)]
    if not found:
        return None
    for _, call in found:
        _remember(call, memory)
    changes = [(told.path, as_json(_block(told, call))) for told, call in found]
    return parse(replaced_at(document.raw.decode(), changes).encode(), limits)


def _known(value: JsonValue, memory: SessionMemory) -> Iterator[tuple[Told, Turned]]:
    for told in told_again(value):
        call = memory.turned_call(told.id)
        if call is not None:
            yield told, call


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
