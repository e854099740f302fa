"""What people are shown of a held call: masked texts, with marks on what it is held for.

Strategy: as for the record, every value that a detector minds is masked, whether a rule minds or not. Only what the
expression of a holding rule itself finds is shown: to decide about it is why people are asked. Marks are carried along
while the text around them changes.

Rules:
- Where a detector minds part of what a rule holds, its placeholder stands there, and the mark covers it.
- A text is cut around its first mark, and says how much was left out; so does a card with more texts than a person
  reads.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sidecar.core.approval.asked import Excerpt, Mark
from sidecar.core.exchange.fields import Fields
from sidecar.core.exchange.let_go import Hold, Spot
from sidecar.core.exchange.veil import Veil
from sidecar.core.mask.edit import Edit
from sidecar.core.mask.replace import replaced
from sidecar.core.model.detector import Match
from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place

MOST_TEXT = 8 * 1024  # bytes; of what is to be decided, a person reads no more in the time that a call can wait
MOST_BEFORE = 2 * 1024  # of each text that came before
MOST_KEPT = 128 * 1024  # characters of one: an agent reads no longer file at once, and eight of them are a megabyte
MOST_CONTENT = 12
MOST_EARLIER = 8  # with the content the twenty texts of a card
_CALL_ID = re.compile(r"(?:srv|mcp)?toolu_[0-9A-Za-z_]{1,100}")
Spans = Sequence[tuple[int, int]]  # bytes, end exclusive


class Card:
    """`own`: the detectors that are the expressions of rules that hold."""

    def __init__(self, veil: Veil, fields: Fields, own: frozenset[str]) -> None:
        self._veil = veil
        self._fields = fields
        self._own = own

    def content(self, hold: Hold, pieces: Sequence[Piece]) -> tuple[Excerpt, ...]:
        """What is to be decided: the texts that the rule minds, or, if it minds none, the newest message."""
        if hold.spots:
            texts = merged(hold.spots)
            shown = self.spots(hold, texts[:MOST_CONTENT])
            return (*shown, *left_out(len(texts) - len(shown)))
        newest = _message(pieces[-1]) if (pieces := _talk(pieces)) else None
        said = [piece for piece in pieces if _message(piece) == newest]
        whole = [self._whole(piece, MOST_TEXT) for piece in said[:MOST_CONTENT]]
        return (*whole, *left_out(len(said) - len(whole)))

    def spots(self, hold: Hold, spots: Sequence[Spot]) -> tuple[Excerpt, ...]:
        """Texts that the rule minds, each with its marks."""
        rule = hold.verdict.rule or ""
        return tuple(self.excerpt(_title_of(one), one.text, spans(one), rule) for one in spots)

    def before(self, pieces: Sequence[Piece]) -> tuple[Excerpt, ...]:
        """What the agent did last, before the newest message."""
        talk = _talk(pieces)
        newest = _message(talk[-1]) if talk else None
        return self.earlier([one for one in talk if _message(one) != newest and _of_the_agent(one)])

    def earlier(self, pieces: Sequence[Piece]) -> tuple[Excerpt, ...]:
        return tuple(self._whole(piece, MOST_BEFORE) for piece in pieces[-MOST_EARLIER:])

    def _whole(self, piece: Piece, most: int) -> Excerpt:
        return self.excerpt(_title(piece.place, piece.tool, piece.assistant), _said(piece), (), "", most)

    def excerpt(self, title: str, text: str, spans: Spans, rule: str, most: int = MOST_TEXT) -> Excerpt:
        data, moved = self._masked(text, spans)
        shown, marks = _cut(data, moved, most)
        return Excerpt(self._veil.text(title), shown, tuple(Mark(start, end, rule) for start, end in marks))

    def _masked(self, text: str, spans: Spans) -> tuple[bytes, Spans]:
        data = text.encode("utf-8", "surrogatepass")
        named = self._fields.standing((text,))[0]
        edits = self._veil.edits(text, named, self._decide) if data else ()
        edits = sorted([*edits, *_standing(data, self._veil.values(), edits)])
        moved = [(_moved(start, edits, 0), _moved(end, edits, 1)) for start, end in spans]
        return replaced(text, edits).encode("utf-8", "replace"), moved

    def _decide(self, match: Match, value: str) -> str | None:
        return None if match.detector in self._own else self._veil.decide(match, value)


def lately(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """What a card shows of the conversation beside a call of its answer: the newest message, and before it what the
    agent did. Kept as long as the answer flows, so whatever is too long is not."""
    talk = _talk(pieces)
    newest = _message(talk[-1]) if talk else None
    shown = [one for one in talk if _message(one) == newest or _of_the_agent(one)]
    return tuple(_bounded(one) for one in shown[-MOST_EARLIER:])


def _bounded(piece: Piece) -> Piece:
    size = sum(len(text.value) for text in piece.texts)
    if size <= MOST_KEPT:
        return piece
    return replace(piece, texts=(Text(0, f"[… a text of {size} characters is not shown here …]"),))


def _of_the_agent(piece: Piece) -> bool:
    return piece.assistant or piece.place is Place.TOOL_RESULT


def _standing(data: bytes, values: Sequence[tuple[str, str]], edits: Sequence[Edit]) -> Iterator[Edit]:
    """Values that are known to be sensitive, wherever no detector sees them by themselves."""
    taken = [(edit.start, edit.end) for edit in edits]
    for value, placeholder in values:
        sought = value.encode("utf-8", "surrogatepass")
        at = data.find(sought)
        while at >= 0:
            end = at + len(sought)
            if all(end <= start or stop <= at for start, stop in taken):
                taken.append((at, end))
                yield Edit(at, end, placeholder)
            at = data.find(sought, end)


def _moved(at: int, edits: Sequence[Edit], end: int) -> int:
    """Where a place in the text is after the edits; one inside of an edit goes to its beginning or `end`."""
    shift = 0
    for edit in edits:
        if at <= edit.start:
            break
        length = len(edit.text.encode("utf-8", "surrogatepass"))
        if at < edit.end:
            return edit.start + shift + length * end
        shift += length - (edit.end - edit.start)
    return at + shift


def _cut(data: bytes, spans: Spans, most: int) -> tuple[str, list[tuple[int, int]]]:
    """At most so many bytes, around the first mark; the marks in characters."""
    first = min((start for start, _ in spans), default=0)
    begin = 0 if len(data) <= most else max(0, min(first - most // 4, len(data) - most))
    stop = min(len(data), begin + most)
    head = f"[… {begin} bytes left out …] " if begin else ""
    tail = f" [… {len(data) - stop} bytes left out …]" if stop < len(data) else ""
    marks = sorted({(max(start, begin), min(end, stop)) for start, end in spans if start < stop and begin < end})
    places = [
        (len(head) + _characters(data[begin:start]), len(head) + _characters(data[begin:end])) for start, end in marks
    ]
    return head + _decoded(data[begin:stop]) + tail, places


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "ignore")


def _characters(data: bytes) -> int:
    return len(_decoded(data))


def left_out(count: int) -> tuple[Excerpt, ...]:
    return (Excerpt("And more", f"{count} more texts are not shown here."),) if count > 0 else ()


def merged(spots: Sequence[Spot]) -> list[Spot]:
    """One for each text: several detectors may have found something in the same one."""
    found: dict[tuple[str, str], Spot] = {}
    for spot in spots:
        key = (spot.found.path, spot.text)
        known = found.get(key)
        found[key] = spot if known is None else Spot(spot.found, spot.text, (*known.matches, *spot.matches))
    return list(found.values())


def spans(spot: Spot) -> Spans:
    return [(match.start, match.end) for match in spot.matches]


def _talk(pieces: Sequence[Piece]) -> list[Piece]:
    """What stands in messages, and is no instruction."""
    return [one for one in pieces if _message(one) is not None and one.place is not Place.SYSTEM and _said(one)]


def _message(piece: Piece) -> str | None:
    """`messages[3]`, also of a request inside of a batch."""
    head, found, rest = piece.path.partition("messages[")
    number, closed, _ = rest.partition("]")
    return f"{head}{found}{number}]" if found and closed else None


def _said(piece: Piece) -> str:
    """Every text of a piece, a key before its value, but for what only names the call."""
    lines = [f"{text.value}: " if text.key else f"{text.value}\n" for text in piece.texts if not _names(piece, text)]
    return "".join(lines).rstrip("\n")


def _names(piece: Piece, text: Text) -> bool:
    named = piece.place is not Place.TOOL_RESULT and text.value == piece.tool
    return not text.key and (named or _CALL_ID.fullmatch(text.value) is not None)


def _title_of(spot: Spot) -> str:
    return _title(spot.found.place, spot.found.tool, False)


def _title(place: Place, tool: str | None, assistant: bool) -> str:
    if place is Place.TOOL_RESULT:
        return f"Result of {tool}" if tool else "Result of a tool"
    if tool:
        return f"Tool {tool}"
    if place is Place.SYSTEM:
        return "System"
    return "Assistant" if assistant else "Prompt"
