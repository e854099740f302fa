"""What people are shown of a held call: masked texts, with marks on what it is held for.

Strategy: as for the record, every value that a detector minds is masked, whether a rule minds or not. Only what the
expression of a holding rule itself finds is shown: to decide about it is why people are asked. Marks are carried along
while the text around them changes.

Rules:
- Where a detector minds part of what a rule holds, its placeholder stands there, and the mark covers it.
- A text is cut around its first mark, and says how much was left out; so does a card with more texts than a person
  reads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sidecar.core.approval.asked import Excerpt, Mark
from sidecar.core.detect.compiled import Compiled
from sidecar.core.exchange.let_go import Hold, Spot
from sidecar.core.exchange.veil import Veil
from sidecar.core.mask.edit import Edit
from sidecar.core.mask.replace import replaced
from sidecar.core.mask.settle import edits_of
from sidecar.core.model.detector import Match
from sidecar.core.model.piece import Piece
from sidecar.core.model.place import Place

MOST_TEXT = 8 * 1024  # bytes; of what is to be decided, a person reads no more in the time that a call can wait
MOST_BEFORE = 2 * 1024  # of each text that came before
MOST_CONTENT = 12
MOST_DEEDS = 40
MOST_EARLIER = 8  # with the content the twenty texts of a card
Spans = Sequence[tuple[int, int]]  # bytes, end exclusive


@dataclass(frozen=True, slots=True)
class CallShown:
    """A tool call: `given` is its input in lines, `would` what it would do."""

    id: str | None
    tool: str | None
    given: str = field(repr=False)
    would: tuple[str, ...] = field(repr=False)


class Card:
    """`own`: the detectors that are the expressions of rules that hold."""

    def __init__(self, veil: Veil, compiled: Compiled, own: frozenset[str]) -> None:
        self._veil = veil
        self._compiled = compiled
        self._own = own

    def content(self, hold: Hold, pieces: Sequence[Piece]) -> tuple[Excerpt, ...]:
        """What is to be decided: the texts that the rule minds, or, if it minds none, the newest message."""
        rule = hold.verdict.rule or ""
        if hold.spots:
            merged = _merged(hold.spots)
            shown = [self._excerpt(_title_of(one), one.text, _spans(one), rule) for one in merged[:MOST_CONTENT]]
            return (*shown, *_left_out(len(merged) - len(shown)))
        newest = _message(pieces[-1]) if (pieces := _talk(pieces)) else None
        texts = [piece for piece in pieces if _message(piece) == newest]
        shown = [self._whole(piece, MOST_TEXT) for piece in texts[:MOST_CONTENT]]
        return (*shown, *_left_out(len(texts) - len(shown)))

    def call(self, hold: Hold, called: CallShown) -> tuple[Excerpt, ...]:
        """The whole call, what it would do, and the texts in it that the rule minds."""
        rule = hold.verdict.rule or ""
        title = f"Tool {called.tool}" if called.tool else "A tool"
        given = self._excerpt(title, called.given, (), rule)
        would = "\n".join(called.would[:MOST_DEEDS])
        done = (self._excerpt("What it would do", would, (), rule),) if would else ()
        minded = [self._excerpt(_title_of(one), one.text, _spans(one), rule) for one in _merged(hold.spots)]
        return (given, *done, *minded[:MOST_CONTENT])

    def before(self, pieces: Sequence[Piece]) -> tuple[Excerpt, ...]:
        """What the agent did last, before the newest message."""
        talk = _talk(pieces)
        newest = _message(talk[-1]) if talk else None
        earlier = [one for one in talk if _message(one) != newest and (one.assistant or one.place is Place.TOOL_RESULT)]
        return tuple(self._whole(piece, MOST_BEFORE) for piece in earlier[-MOST_EARLIER:])

    def _whole(self, piece: Piece, most: int) -> Excerpt:
        return self._excerpt(_title(piece.place, piece.tool, piece.assistant), _said(piece), (), "", most)

    def _excerpt(self, title: str, text: str, spans: Spans, rule: str, most: int = MOST_TEXT) -> Excerpt:
        data, moved = self._masked(text, spans)
        shown, marks = _cut(data, moved, most)
        return Excerpt(self._veil.text(title), shown, tuple(Mark(start, end, rule) for start, end in marks))

    def _masked(self, text: str, spans: Spans) -> tuple[bytes, Spans]:
        data = text.encode("utf-8", "surrogatepass")
        edits = edits_of(data, self._compiled.scan(data) if data else (), self._decide)
        edits = sorted([*edits, *_standing(data, self._veil.values(), edits)])
        moved = [(_moved(start, edits, 0), _moved(end, edits, 1)) for start, end in spans]
        return replaced(text, edits).encode("utf-8", "replace"), moved

    def _decide(self, match: Match, value: str) -> str | None:
        return None if match.detector in self._own else self._veil.decide(match, value)


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


def _left_out(count: int) -> tuple[Excerpt, ...]:
    return (Excerpt("And more", f"{count} more texts are not shown here."),) if count > 0 else ()


def _merged(spots: Sequence[Spot]) -> list[Spot]:
    """One for each text: several detectors may have found something in the same one."""
    found: dict[tuple[str, str], Spot] = {}
    for spot in spots:
        key = (spot.found.path, spot.text)
        known = found.get(key)
        found[key] = spot if known is None else Spot(spot.found, spot.text, (*known.matches, *spot.matches))
    return list(found.values())


def _spans(spot: Spot) -> Spans:
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
    """Every text of a piece, a key before its value."""
    lines = [f"{text.value}: " if text.key else f"{text.value}\n" for text in piece.texts]
    return "".join(lines).rstrip("\n")


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
