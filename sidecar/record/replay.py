"""A conversation as it was written down, put together again: what was new in a turn, and what came when.

Strategy: outlines name parts and runs of parts. A turn repeats all that was said before it; what is new in it is what
it says more often than any earlier turn did. Parts do not tell: an agent writes the same message down in another way
each time (it moves its marks for the cache), and an answer comes back as a message.

Rules:
- A part that the record does not have any more is told as missing, never passed over.
- A delta never ends inside a placeholder: whoever marks what was masked may look at one delta at a time.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sidecar.core.wire.json_strings import JsonValue

Parts = Mapping[str, bytes]
MISSING = "(the record does not have this text any more)"


@dataclass(frozen=True, slots=True)
class Frame:
    """Something that appears at once. `wait`: milliseconds after the one before; `block`: which of its message."""

    wait: int
    role: str
    kind: str
    block: int
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One element of a list of an outline."""

    digest: str
    value: JsonValue


@dataclass(slots=True)
class Reader:
    """Reads the turns of one session in their order. `placeholders`: what stands for masked values in it."""

    parts: Parts
    placeholders: Sequence[str] = ()
    _seen: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def asked(self, outline: str) -> list[Frame]:
        """What a request said that none before it did."""
        frames: list[Frame] = []
        here: Counter[tuple[str, str, str]] = Counter()
        for piece in pieces(outline, "messages", self.parts):
            for frame in _message(piece.value):
                said = (frame.role, frame.kind, frame.text)
                here[said] += 1
                if here[said] > self._seen[said]:
                    frames.append(frame)
        self._seen |= here
        return frames

    def said(self, outline: str, timing: str) -> list[Frame]:
        """An answer, delta by delta where it streamed."""
        blocks = [_block(piece.value) for piece in pieces(outline, "content", self.parts)]
        self._seen.update(("assistant", kind, text) for kind, text in blocks)
        return list(_streamed(blocks, read(timing, self.parts), self.placeholders))


def read(digest: str, parts: Parts) -> JsonValue:
    """The value of a part, or nothing."""
    data = parts.get(digest)
    if data is None:
        return None
    value: JsonValue = json.loads(data)
    return value


def references(digest: str, parts: Parts) -> Iterator[str]:
    """The parts and runs that an outline or a run names."""
    value = read(digest, parts)
    for one in _elements(value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else ()):
        if isinstance(one, dict):
            yield from (named for key in ("part", "parts") if isinstance(named := one.get(key), str))


def pieces(outline: str, name: str, parts: Parts) -> list[Piece]:
    """The elements of a field of an outline, in order."""
    value = read(outline, parts)
    listed = value.get(name) if isinstance(value, dict) else None
    found: list[Piece] = []
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and isinstance(run := one.get("parts"), str):
            digests = list(references(run, parts)) if run in parts else [run]
        else:
            digests = [str(one.get("part"))] if isinstance(one, dict) else []
        found += [Piece(digest, read(digest, parts) if digest in parts else MISSING) for digest in digests]
    return found


def tool_uses(outline: str, parts: Parts) -> list[tuple[str, str, str]]:
    """Identifier, name and input of each tool call of an answer."""
    values = [piece.value for piece in pieces(outline, "content", parts)]
    return [
        (str(one.get("id", "")), str(one.get("name", "")), _json(one.get("input")))
        for one in values
        if isinstance(one, dict) and str(one.get("type", "")).endswith("tool_use")
    ]


def marks(text: str, placeholders: Iterable[str]) -> list[tuple[int, int]]:
    """Where placeholders stand in a text."""
    pattern = "|".join(re.escape(one) for one in sorted(set(placeholders), key=len, reverse=True) if one)
    return [match.span() for match in re.finditer(pattern, text)] if pattern else []


def _elements(values: Sequence[JsonValue]) -> Iterator[JsonValue]:
    for one in values:
        if isinstance(one, list):
            yield from one
        else:
            yield one


def _message(value: JsonValue) -> Iterator[Frame]:
    role = str(value.get("role", "")) if isinstance(value, dict) else "?"
    content = value.get("content") if isinstance(value, dict) else value
    for number, block in enumerate(content if isinstance(content, list) else [content]):
        kind, text = _block(block)
        yield Frame(0, role, kind, number, text)


def _block(block: JsonValue) -> tuple[str, str]:
    """What kind it is, and its text as a person reads it."""
    if not isinstance(block, dict):
        return "text", block if isinstance(block, str) else _json(block)
    kind = str(block.get("type", "other"))
    if kind in ("text", "thinking"):
        return kind, str(block.get(kind, ""))
    if kind.endswith("tool_use"):
        return kind, f"{block.get('name', '')} {_json(block.get('input'))}"
    if kind.endswith("tool_result"):
        inner = block.get("content")
        return kind, "\n".join(_block(one)[1] for one in (inner if isinstance(inner, list) else [inner or ""]))
    return kind, _json(block)


def _streamed(blocks: Sequence[tuple[str, str]], timing: JsonValue, placeholders: Sequence[str]) -> Iterator[Frame]:
    told = 0
    shares = _shares(timing)
    cut = {index: iter(_cuts(blocks[index][1], [n for _, i, n in shares if i == index], placeholders))
           for index in {i for _, i, _ in shares} if index < len(blocks)}  # fmt: skip
    for wait, index, _ in shares:
        if index not in cut:
            continue
        while told < index:
            if told not in cut:
                yield Frame(0, "assistant", blocks[told][0], told, blocks[told][1])
            told += 1
        told = max(told, index + 1)
        yield Frame(wait, "assistant", blocks[index][0], index, next(cut[index]))
    for index in range(told, len(blocks)):
        yield Frame(0, "assistant", blocks[index][0], index, blocks[index][1])


def _shares(timing: JsonValue) -> list[tuple[int, int, int]]:
    """Wait, block and characters of each delta."""
    if not isinstance(timing, dict):
        return []
    runs = timing.get("blocks")
    indices = [_whole(run[0]) for run in _lists(runs) for _ in range(_whole(run[1]))]
    waits, characters = timing.get("waits"), timing.get("characters")
    if not isinstance(waits, list) or not isinstance(characters, list):
        return []
    triples = zip(waits, indices, characters, strict=False)
    return [(_whole(wait), index, _whole(number)) for wait, index, number in triples]


def _cuts(text: str, characters: Sequence[int], placeholders: Sequence[str]) -> list[str]:
    """The text in as many pieces as there were deltas, each with its share; the last has all that is left."""
    total, passed, before = sum(characters), 0, 0
    found, spans = [], marks(text, placeholders)
    for number, one in enumerate(characters, start=1):
        passed += one
        at = len(text) if number == len(characters) or not total else round(len(text) * passed / total)
        at = max(before, next((end for start, end in spans if start < at < end), at))
        found.append(text[before:at])
        before = at
    return found


def _lists(value: JsonValue) -> list[list[JsonValue]]:
    return [one for one in value if isinstance(one, list) and len(one) == 2] if isinstance(value, list) else []


def _whole(value: JsonValue) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)
