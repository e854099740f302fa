"""Results of tools that the model may not read: a sentence of the policy stands in their place, as an error.

Strategy: the rest of the request goes on, so that the session lives and the model can choose another way. The sentence
depends on the rule alone: the same result is replaced by the same words on every turn.

Rule: only what a tool of the agent gave back can be replaced. A result of the provider's own tools is its own past.
"""

import json
import re
from collections.abc import Mapping

from sidecar.core.model.finding import Verdict
from sidecar.core.model.piece import Piece
from sidecar.core.model.place import Place
from sidecar.core.wire.json_spans import Change, Step, replaced_at
from sidecar.core.wire.json_strings import JsonValue

_STEP = re.compile(r"\[(\d+)\]|([a-z_]+)")
WITHHELD = "The result of this tool was withheld by policy rule {}: {} Go on without it, or ask the user."


def refusable(piece: Piece, direction: str) -> str | None:
    """The path of the block, if a sentence can stand in its place."""
    of_the_agent = piece.place is Place.TOOL_RESULT and not piece.assistant and direction == "request"
    return piece.path if of_the_agent else None


def sentence(verdict: Verdict) -> str:
    return WITHHELD.format(verdict.rule, (verdict.say or "it may not be read here.").strip())


def without_refused(raw: bytes, refused: Mapping[str, Verdict]) -> bytes:
    """The document, masked already, with these blocks told as errors. `refused`: by path."""
    if not refused:
        return raw
    value = json.loads(raw)
    changes: list[Change] = []
    for path, verdict in refused.items():
        steps = tuple(int(found[1]) if found[1] else found[2] for found in _STEP.finditer(path))
        block = {**_at(value, steps), "content": sentence(verdict), "is_error": True}
        changes.append((steps, json.dumps(block)))
    return replaced_at(raw.decode(), changes).encode()


def _at(value: JsonValue, steps: tuple[Step, ...]) -> dict[str, JsonValue]:
    for step in steps:
        if isinstance(value, list):
            value = value[int(step)]
        elif isinstance(value, dict):
            value = value[str(step)]
    if not isinstance(value, dict):
        raise TypeError("a result of a tool is an object")
    return value
