"""A message as the server-sent events that the API would send.

Rules: the order is the API's (`message_start`, then each block whole, `message_delta`, `message_stop`), a ping comes
after the first block has begun. Deltas have varied sizes; the input of a tool call is cut anywhere in its JSON text,
inside an escape too, after an empty first delta, as the API does with fine-grained streaming.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sidecar.simulator.compose import Spoken
from sidecar.simulator.reply import Delivery, Json, dump

# Characters per delta: mostly a word, sometimes one character, now and then a whole line (seen on the real API).
USUAL = (1, 2, 3, 4, 4, 5, 6, 7, 9, 12, 17, 40, 90)
PING = {"type": "ping"}


@dataclass(frozen=True, slots=True)
class Frame:
    """One event of the stream."""

    event: str
    data: Json

    def encode(self) -> bytes:
        return b"event: %b\ndata: %b\n\n" % (self.event.encode(), dump(self.data))


def frames(spoken: Spoken, delivery: Delivery) -> list[Frame]:
    """Every event of the answer, in order."""
    return [Frame(str(data["type"]), data) for data in _events(spoken, delivery)]


def _events(spoken: Spoken, delivery: Delivery) -> Iterator[Json]:
    usage = spoken.message["usage"]
    if not isinstance(usage, Mapping):
        raise TypeError("a message was composed without usage")
    yield {"type": "message_start", "message": _opening(spoken.message, usage)}
    cut = Cutter(delivery.sizes, seed=str(spoken.message["id"]))
    for index, block in enumerate(spoken.blocks):
        yield {"type": "content_block_start", "index": index, "content_block": _empty(block)}
        yield from ([PING] * delivery.pings if index == 0 else [])
        for delta in _deltas(block, spoken.inputs.get(index, ""), cut):
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
        if delivery.unknown and index == 0:
            yield {"type": "weather_report", "outlook": "fair", "detail": {"wind": [1, 2.50]}}
    stop = {"stop_reason": spoken.message["stop_reason"], "stop_sequence": spoken.message["stop_sequence"]}
    yield {"type": "message_delta", "delta": stop, "usage": dict(usage)}
    yield {"type": "message_stop"}


def _opening(message: Json, usage: Json) -> Json:
    return {**message, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}


class Cutter:
    """Cuts a text into pieces of the given sizes in turn, or of varied ones that a seed decides."""

    def __init__(self, sizes: Sequence[int], seed: str) -> None:
        self._sizes = tuple(sizes)
        self._used = 0
        self._dice = random.Random(seed)  # noqa: S311  (variety, not secrecy)

    def pieces(self, text: str) -> Iterator[str]:
        at = 0
        while at < len(text):
            size = self._next()
            yield text[at : at + size]
            at += size

    def _next(self) -> int:
        self._used += 1
        return self._sizes[self._used % len(self._sizes)] if self._sizes else self._dice.choice(USUAL)


def _empty(block: Json) -> Json:
    """A block as it begins; a type that has no deltas begins whole."""
    return EMPTY[str(block["type"])](block) if block["type"] in EMPTY else block


def _deltas(block: Json, written: str, cut: Cutter) -> Iterator[Json]:
    kind = block["type"]
    if kind == "text":
        yield from ({"type": "text_delta", "text": piece} for piece in cut.pieces(str(block["text"])))
        citations = block.get("citations", ())
        if isinstance(citations, Sequence):
            yield from ({"type": "citations_delta", "citation": citation} for citation in citations)
    elif kind == "thinking":
        yield from ({"type": "thinking_delta", "thinking": piece} for piece in cut.pieces(str(block["thinking"])))
        yield {"type": "signature_delta", "signature": block["signature"]}
    elif kind == "tool_use" and written != "{}":
        yield {"type": "input_json_delta", "partial_json": ""}
        yield from ({"type": "input_json_delta", "partial_json": piece} for piece in cut.pieces(written))


EMPTY: dict[str, Callable[[Json], Json]] = {
    "text": lambda block: {**block, "text": ""} | ({"citations": []} if "citations" in block else {}),
    "thinking": lambda block: {**block, "thinking": "", "signature": ""},
    "tool_use": lambda block: {**block, "input": {}},
}
