"""What the provider said in a stream, put together as it came, and when each delta came.

    waits       milliseconds from the one before (the first: from when the request was forwarded)
    characters  of the provider's words in it; a mask may have made the block's text longer or shorter
    blocks      runs: [index of the block, how many of the deltas]

Rules:
- These are the provider's own words, before any mask and before any value was put back: they are shown through a veil
  only, and never leave this object otherwise.
- Deltas of one block that came at the same moment are one.
- What has not ended may end in half a secret that no detector knows yet: of such a text only what is settled is kept.
- A tool's input that is no JSON, even where it is closed at its end, is not kept: nothing in it could be judged.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sidecar.core.wire.claude import stream as wire
from sidecar.core.wire.claude.closing import closed
from sidecar.core.wire.json_strings import JsonValue

Object = dict[str, JsonValue]
Settled = Callable[[str], str]  # a text without what may be the beginning of a secret at its end


@dataclass(slots=True, repr=False)
class Heard:
    """A block that grows: texts by the name of their field, input as it comes."""

    block: Object
    texts: dict[str, list[str]] = field(default_factory=dict)
    input: wire.PartialInput | None = None
    ended: bool = False

    def whole(self, settled: Settled) -> Object:
        block = dict(self.block)
        for name, pieces in self.texts.items():
            begun = block.get(name)
            text = (begun if isinstance(begun, str) else "") + "".join(pieces)
            block[name] = text if self.ended else settled(text)
        if self.input is not None:
            block["input"] = _read(self.input, None if self.ended else settled)
        return block


@dataclass(slots=True, repr=False)
class Hearing:
    """`since`: when the request was forwarded."""

    since: float
    _message: Object = field(default_factory=dict)
    _blocks: dict[int, Heard] = field(default_factory=dict)
    _times: list[list[int]] = field(default_factory=list)  # at, block, characters

    def hear(self, happening: wire.Happening, at: float) -> None:
        match happening:
            case wire.Delta():
                self._grow(happening.index, happening.field, happening.text, at)
            case wire.InputDelta():
                self._input(happening.index, happening.partial, at)
            case wire.SignatureDelta():
                self._grow(happening.index, "signature", str(_inside(happening.document.value, "delta", "signature")))
            case wire.BlockStarted():
                block = _inside(happening.document.value, "content_block")
                self._blocks[happening.index] = Heard(block if isinstance(block, dict) else {})
            case wire.BlockStopped():
                self._blocks[happening.index].ended = True
            case wire.WholeDelta():
                self._whole(happening)
            case wire.MessageStarted():
                message = _inside(happening.document.value, "message")
                self._message = message if isinstance(message, dict) else {}
            case wire.Errored():
                self._message = {**self._message, "error": _inside(happening.document.value, "error")}
            case _:
                pass

    def message(self, stop_reason: str | None, settled: Settled) -> Object:
        """The message as the provider would have sent it in one piece, as far as it came."""
        whole: list[JsonValue] = [heard.whole(settled) for _, heard in sorted(self._blocks.items())]
        told = {key: value for key, value in self._message.items() if key not in ("usage", "content", "stop_reason")}
        return {**told, "content": whole, "stop_reason": stop_reason}

    def timing(self) -> Object:
        waits, before = [], 0
        runs: list[list[int]] = []
        for at, index, _ in self._times:
            waits.append(at - before)
            before = at
            if not runs or runs[-1][0] != index:
                runs.append([index, 0])
            runs[-1][1] += 1
        return {"waits": [*waits], "characters": [one[2] for one in self._times], "blocks": [[*run] for run in runs]}

    def _grow(self, index: int, name: str, text: str, at: float | None = None) -> None:
        heard = self._blocks.get(index)
        if heard is not None:
            heard.texts.setdefault(name, []).append(text)
            self._timed(index, len(text), at)

    def _input(self, index: int, partial: str, at: float) -> None:
        heard = self._blocks.get(index)
        if heard is None:
            return
        if heard.input is None:
            heard.input = wire.PartialInput()
        heard.input.feed(partial)
        self._timed(index, len(partial), at)

    def _whole(self, delta: wire.WholeDelta) -> None:
        """A citation, or something nobody knows: kept beside the block's text."""
        heard, value = self._blocks.get(delta.index), _inside(delta.document.value, "delta")
        if heard is None or not isinstance(value, dict):
            return
        name, one = ("citations", value.get("citation")) if "citation" in value else ("other_deltas", value)
        before = heard.block.get(name)
        heard.block = {**heard.block, name: [*(before if isinstance(before, list) else ()), one]}

    def _timed(self, index: int, characters: int, at: float | None) -> None:
        if at is None:
            return
        milliseconds = max(0, round(1000 * (at - self.since)))
        if self._times and self._times[-1][:2] == [milliseconds, index]:
            self._times[-1][2] += characters
        else:
            self._times.append([milliseconds, index, characters])


def _inside(value: JsonValue, *path: str) -> JsonValue:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _read(given: wire.PartialInput, settled: Settled | None) -> JsonValue:
    document = given.document() if settled is None else None
    if document is None:
        raw = given.raw if settled is None else settled(given.raw)
        ended = closed(raw, len(raw) + 64)
        document = ended[0] if ended else None
    return document.value if document is not None else {"unreadable_characters": len(given.raw)}
