"""A request or an answer as it is written down: masked, in parts that are stored once.

    outline  {"model": "claude-...", "messages": [{"parts": "<digest>"}, {"part": "<digest>"}], "metadata": {"part": …}}
    part     JSON of one message, tool, block or other field, in the order of its keys, masked
    parts    JSON of a list of {"part": ...}: a run of `GROUP` of them

Strategy: every element is digested as it came; one that this session has written down before costs that digest and no
more. A conversation that is sent again so costs what its new text costs. Full runs of elements are parts themselves,
or the outlines of a long session would grow with the square of its length.

Rules:
- Only scalars stand in an outline itself, so that nobody's `{"part": ...}` is taken for ours.
- What was written down counts as known only once the record has it; and for a day, so that what the database lets go
  by age never goes before what names it.
"""

import marshal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b, sha256
from json import JSONEncoder
from typing import NamedTuple

from sidecar.core.exchange.veil import Veil
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.wire.claude.vocabulary import FIELDS, closed
from sidecar.core.wire.json_strings import JsonValue

# Lists whose elements repeat from turn to turn, each on its own.
ELEMENTS = frozenset({"messages", "tools", "system", "content", "requests", "lines"})
GROUP = 16  # of n elements n/16 + 8 digests stand in an outline: the least for the lengths that sessions have
STAY = frozenset({"tools", "system"})  # the same on every turn, so their last run is one too
LONGEST_INLINE = 200  # characters; a reference has 75
KNOWN_FOR = 86_400.0
# Digested is what `marshal` makes of an element, in 80 us for 42 KB; writing it as JSON takes 450. Nothing is ever read
# back from it. From version 3 on it depends on who else holds an object, and equal values may differ.
_PLAIN = 2

_encode = JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


class Kept(NamedTuple):
    """The part that an element became, and when it was written down."""

    part: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """`outline` names a part. `fresh`: what may be taken for known once all of this is recorded."""

    outline: str
    parts: Mapping[str, bytes] = field(repr=False)
    unscanned: tuple[str, ...] = ()
    fresh: tuple[tuple[bytes, Kept], ...] = field(default=(), repr=False)

    def recorded(self, memory: SessionMemory) -> None:
        for key, kept in self.fresh:
            memory.remember_judged(key, kept)


def encoded(value: JsonValue) -> bytes:
    """JSON as it is stored. Half a surrogate pair, which UTF-8 cannot carry, becomes the escape that it was."""
    return _encode(value).encode("utf-8", "backslashreplace")


class Draft:
    """One transcript in the making. `salt`: what one set of rules showed says nothing about another's."""

    def __init__(self, veil: Veil, salt: bytes, at: float, memory: SessionMemory | None = None) -> None:
        self._veil = veil
        self._salt = salt
        self._at = at
        self._memory = memory
        self._fresh: list[tuple[bytes, Kept]] = []
        self._parts: dict[str, bytes] = {}

    def transcript(self, value: JsonValue) -> Transcript:
        """Of a whole body."""
        fields = value if isinstance(value, dict) else {"body": value}
        outline: dict[str, JsonValue] = {self._key(key): self._field(key, one) for key, one in fields.items()}
        name = self._put(encoded(outline)).hex()
        return Transcript(name, self._parts, tuple(self._veil.unscanned), tuple(self._fresh))

    def part(self, value: JsonValue, path: str = "") -> JsonValue:
        """The reference to a value, which becomes a part."""
        key = b"t" + blake2b(marshal.dumps(value, _PLAIN), digest_size=16, key=self._salt).digest()
        part = self._known(key)
        if part is None:
            raw = encoded(value)
            shown = self._veil.value(value, raw, path)
            part = self._put(raw if shown is value else encoded(shown))
            self._fresh.append((key, Kept(part, self._at)))
        return {"part": part.hex()}

    def _key(self, key: str) -> str:
        return key if key in FIELDS else self._veil.text(key)

    def _field(self, key: str, value: JsonValue) -> JsonValue:
        if key in ELEMENTS and isinstance(value, list):
            return self._grouped([self.part(one, f"{key}[{place}]") for place, one in enumerate(value)], key in STAY)
        if isinstance(value, dict | list) or (isinstance(value, str) and len(value) > LONGEST_INLINE):
            return self.part(value, key)
        plain = value is None or isinstance(value, bool) or (isinstance(value, str) and closed(key, value))
        return value if plain else self._veil.value(value, encoded(value), key)

    def _grouped(self, references: Sequence[JsonValue], stay: bool) -> JsonValue:
        whole = len(references) if stay and len(references) > 1 else len(references) // GROUP * GROUP
        groups: list[JsonValue] = [self._group(list(references[at : at + GROUP])) for at in range(0, whole, GROUP)]
        return [*groups, *references[whole:]]

    def _group(self, references: list[JsonValue]) -> JsonValue:
        data = encoded(references)
        part = sha256(data).digest()
        if self._known(b"g" + part) is None:
            self._put(data)
            self._fresh.append((b"g" + part, Kept(part, self._at)))
        return {"parts": part.hex()}

    def _known(self, key: bytes) -> bytes | None:
        kept = self._memory.judged(key) if self._memory is not None else None
        return kept.part if isinstance(kept, Kept) and self._at - kept.at < KNOWN_FOR else None

    def _put(self, data: bytes) -> bytes:
        digest = sha256(data).digest()
        self._parts[digest.hex()] = data
        return digest
