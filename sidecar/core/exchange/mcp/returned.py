"""Values that were taken out of a server's results, on their way back to it in the arguments of a call.

Strategy: whoever gave a value is remembered with its token. Before a call is judged, the placeholders in its arguments
become the values that its server gave; so what the call would do is read as the server will read it.

Rules:
- Only in values of arguments, never in keys, names or addresses; and only for the server that gave the value, or to
  which the rule that took it out lets it return. Anywhere else the placeholder stays a placeholder.
- A rule that denies, holds, redacts or hashes such a value on its way counts: to be put back is no permission.
- The record, and people who are asked, see the placeholder.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from sidecar.core.exchange.desk import Judged
from sidecar.core.mask.memory import AGENT, SessionMemory
from sidecar.core.mask.placeholder import PLACEHOLDER
from sidecar.core.model.detector import Match
from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place
from sidecar.core.policy.pattern import Globs

_PLACEHOLDER = re.compile(PLACEHOLDER.pattern)
Spans = tuple[tuple[int, int], ...]  # bytes, end exclusive


@dataclass(frozen=True, slots=True)
class Returned:
    """`texts` and `spans` by ordinal: the text as the server gets it, and where in it values were put back."""

    texts: dict[int, str] = field(default_factory=dict, repr=False)
    spans: dict[int, Spans] = field(default_factory=dict)
    values: frozenset[str] = field(default=frozenset(), repr=False)

    def inside(self, ordinal: int, match: Match) -> bool:
        """Whether it lies within a value that was put back."""
        return any(start <= match.start and match.end <= end for start, end in self.spans.get(ordinal, ()))

    def settle(self, judged: Judged) -> None:
        """What was judged leaves with its values, and is written down without."""
        for ordinal, text in self.texts.items():
            judged.changes.setdefault(ordinal, text)
            judged.shown.pop(ordinal, None)

    def piece(self, piece: Piece) -> Piece:
        if self.texts.keys().isdisjoint(text.ordinal for text in piece.texts):
            return piece
        texts = (Text(one.ordinal, self.texts.get(one.ordinal, one.value), one.key) for one in piece.texts)
        return replace(piece, texts=tuple(texts))


NOTHING = Returned()


def returned(pieces: Sequence[Piece], memory: SessionMemory, server: str) -> Returned:
    """What of a call changes that goes to this server."""
    texts: dict[int, str] = {}
    spans: dict[int, Spans] = {}
    values: set[str] = set()
    for text in _arguments(pieces):
        parts = list(_parts(text.value, memory, server))
        if any(back for _, back in parts):
            texts[text.ordinal] = "".join(part for part, _ in parts)
            spans[text.ordinal] = tuple(_spans(parts))
            values |= {part for part, back in parts if back}
    return Returned(texts, spans, frozenset(values)) if texts else NOTHING


def _arguments(pieces: Sequence[Piece]) -> Iterator[Text]:
    for piece in pieces:
        if piece.place is Place.TOOL_CALL and piece.path == "params.arguments":
            yield from (text for text in piece.texts if not text.key and "[" in text.value)


def _parts(text: str, memory: SessionMemory, server: str) -> Iterator[tuple[str, bool]]:
    """The text in parts, each with whether it was put back."""
    at = 0
    for found in _PLACEHOLDER.finditer(text):
        value = _value(found[0], memory, server)
        if value is not None:
            yield from ((text[at : found.start()], False), (value, True))
            at = found.end()
    yield text[at:], False


def _value(placeholder: str, memory: SessionMemory, server: str) -> str | None:
    token = memory.tokens.get(placeholder)
    names = tuple(token.givers - {AGENT}) if token else ()
    return token.value if token and (server in names or Globs(names).fits(server)) else None


def _spans(parts: Sequence[tuple[str, bool]]) -> Iterator[tuple[int, int]]:
    at = 0
    for part, back in parts:
        size = len(part.encode("utf-8", "surrogatepass"))
        if back:
            yield at, at + size
        at += size
