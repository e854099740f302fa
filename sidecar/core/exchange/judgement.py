"""Judge the texts of a message: what was found, what the rules say about it, and the texts as they may leave.

Strategy: the texts of a piece are joined and scanned in one pass; only a piece in which something may be is looked
at text by text. What was found in a piece is remembered by digest, so a conversation that is sent again costs what
its new text costs. Treatment is decided anew each time: it is cheap, and limits and conditions change.

Rules:
- What the provider itself said in this session goes back to it exactly, unjudged: it knows those words.
- What the policy itself says in place of a result is not judged either: a rule may name what it forbids.
- The words of a model have no fields: they are read by name nowhere, since most of them stream.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import islice
from typing import Literal, cast

from sidecar.core.detect.compiled import SEPARATOR, Compiled
from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.desk import Desk, Judged, Session
from sidecar.core.exchange.fields import Standing, reading, written
from sidecar.core.exchange.mcp.returned import NOTHING, Returned
from sidecar.core.exchange.passage import widened
from sidecar.core.exchange.refused_results import refusable
from sidecar.core.mask.edit import Edit
from sidecar.core.mask.placeholder import PLACEHOLDER
from sidecar.core.mask.replace import replaced
from sidecar.core.mask.settle import edits_of
from sidecar.core.model.detector import Match
from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place
from sidecar.core.policy.judge import Found
from sidecar.core.wire.escapes import LAYERS, MOST, Layer, TooMany, layers
from sidecar.core.wire.json_leaves import FIRST_NUMBER

# A text with more matches than this (a list of addresses) is scanned anew: the memory counts entries, not matches.
MOST_REMEMBERED = 256
# A detector that looks for digits looks for more than these; years, prices and counts are everywhere.
SHORTEST_NUMBER = 7
# For the record, of a text in which values were put back and others masked in their escapes.
NOT_SHOWN = "[a text with escapes is not shown here]"
Direction = Literal["request", "answer"]
MESSAGE = re.compile(r"messages\[([0-9]+)\]")
PathOf = Callable[[int], str]
# Which text of the piece, what was found in it, and which of that are values of named fields.
Hits = tuple[tuple[int, tuple[Match, ...], tuple[Standing, ...]], ...]


def judge_request(session: Session, pieces: Sequence[Piece], path_of: PathOf) -> Judged:
    """Everything that would leave towards the provider."""
    judged = Judged()
    judged.stricter(session.court.verdict)
    for verdict in session.court.holds:
        judged.hold(verdict)
    answered = max((_message(piece) for piece in pieces if piece.assistant), default=-1)
    sentences = session.memory.sentences()
    for piece in pieces:
        rest = _without_own_words(session, piece, judged) if piece.assistant else _without(sentences, piece)
        _judge(session, rest, "request", path_of, judged, past=0 <= _message(piece) <= answered)
    return judged


def judge_answer(session: Session, pieces: Sequence[Piece], path_of: PathOf, judged: Judged) -> dict[int, str]:
    """Mask, put values back, and remember which words were delivered for which. The changes, by ordinal."""
    judged.changes = {}
    for piece in pieces:
        _judge(session, piece, "answer", path_of, judged, by_name=piece.place is not Place.RESPONSE)
        for text in piece.texts:
            if not text.key:
                session.memory.remember_said(judged.changes.get(text.ordinal, text.value), text.value)
    return judged.changes


def judge_texts(
    session: Session,
    pieces: Sequence[Piece],
    direction: Direction,
    path_of: PathOf,
    judged: Judged,
    back: Returned = NOTHING,
) -> None:
    """Texts that nobody replays: nothing is remembered of who said what. `back`: what was put back into them."""
    for piece in pieces:
        _judge(session, back.piece(piece), direction, path_of, judged, back=back)
    back.settle(judged)


def judge_escaped(
    session: Session, pieces: Sequence[Piece], direction: Direction, path_of: PathOf, judged: Judged
) -> None:
    """What stands in these texts in escapes, once they were judged as they are; it is masked where it stands."""
    for piece in pieces:
        for depth in range(LAYERS):
            under = dict(_under(piece, judged, depth, direction))
            if not under:
                break
            part = judged.part()
            texts = tuple(Text(at, layer.text, piece.texts[index].key) for at, (index, layer) in under.items())
            names = tuple(piece.names[index] for index, _ in under.values()) if piece.names else ()
            _judge(session, replace(piece, texts=texts, names=names), direction, path_of, part)
            judged.include(part)
            for ordinal, edits in part.edits.items():
                index, layer = under[ordinal]
                moved = [Edit(*layer.below(one.start, one.end), one.text) for one in edits]
                now = judged.changes.get(ordinal, piece.texts[index].value)
                new = replaced(now, moved)
                judged.shown[ordinal] = NOT_SHOWN if ordinal in judged.changes else new
                judged.changes[ordinal] = new


def _under(piece: Piece, judged: Judged, depth: int, direction: Direction) -> Iterator[tuple[int, tuple[int, Layer]]]:
    """By ordinal: which text, and its layer at this depth. Numbers have none."""
    for index, text in enumerate(piece.texts):
        now = text.value if text.key else judged.changes.get(text.ordinal, text.value)
        try:
            layer = next(islice(layers(now), depth, None), None) if text.ordinal > FIRST_NUMBER else None
        except TooMany as error:
            status, code = (413, Code.TOO_LARGE) if direction == "request" else (502, Code.API)
            raise Refused(status, code, f"A text has more than {MOST} escapes; nobody here reads so many.") from error
        if layer is not None:
            yield text.ordinal, (index, layer)


def _without_own_words(session: Session, piece: Piece, judged: Judged) -> Piece:
    rest: list[Text] = []
    for text in piece.texts:
        said = None if text.key else session.memory.said(text.value)
        if said is None:
            rest.append(text)
            continue
        judged.recognised = True
        if said != text.value:
            judged.changes[text.ordinal] = said
    return Piece(piece.place, piece.path, tuple(rest), piece.assistant, piece.tool)


def _without(sentences: frozenset[str], piece: Piece) -> Piece:
    if not sentences or piece.place is not Place.TOOL_RESULT:
        return piece
    rest = tuple(text for text in piece.texts if text.key or text.value not in sentences)
    return piece if len(rest) == len(piece.texts) else replace(piece, texts=rest)


def _message(piece: Piece) -> int:
    """Which message of the conversation a piece is of; -1 for what is of none."""
    found = MESSAGE.match(piece.path)
    return int(found.group(1)) if found else -1


def _judge(
    session: Session,
    piece: Piece,
    direction: Direction,
    path_of: PathOf,
    judged: Judged,
    *,
    past: bool = False,
    by_name: bool = True,
    back: Returned = NOTHING,
) -> None:
    by_name = by_name and piece.place in session.court.rules.fields.places
    for index, hits, named in _hits(session, piece, by_name):
        text = piece.texts[index]

        def about(text: Text = text) -> Found:
            return Found(piece.place, path_of(text.ordinal), "", "", piece.tool, direction, text.key)

        desk = Desk(session, judged, about, past, text.value, hits, refusable(piece, direction), back.values)
        matches = [one for one in hits if not back.inside(text.ordinal, one) or desk.minds_return(one)]
        edits = written(named, edits_of(text.value.encode(), matches, reading(named, desk.decide), desk.treat))
        if edits and not text.key:
            new = replaced(text.value, edits)
            if new != text.value:
                literal = desk.literal(text.value) if text.ordinal <= FIRST_NUMBER else None
                judged.changes[text.ordinal] = new if literal is None else literal
                judged.edits[text.ordinal] = edits
                ours = {(one.start, one.end) for one in matches if one.detector == PLACEHOLDER.id}
                judged.shown[text.ordinal] = replaced(
                    text.value, [edit for edit in edits if (edit.start, edit.end) not in ours]
                )


def _hits(session: Session, piece: Piece, by_name: bool) -> Hits:
    if not piece.texts:
        return ()
    rules = session.court.rules
    values = [text.value for text in piece.texts]
    joined = SEPARATOR.join(values).encode()
    # With the lengths: a text may hold the separator, and must not be taken for two texts.
    # And its place: what is found in the result of a tool is more than what is found elsewhere.
    framed = joined + piece.place.encode() + repr([len(value) for value in values]).encode()
    if by_name:
        framed += b"fields" + repr(([text.key for text in piece.texts], piece.names)).encode()
    key = blake2b(framed, digest_size=16, key=rules.key).digest()
    known = session.memory.judged(key)
    if known is not None:
        return cast(Hits, known)
    scanned: dict[int, tuple[Match, ...]] = {}
    if rules.compiled.suspects(joined if not piece.names else SEPARATOR.join(map(_to_scan, piece.texts)).encode()):
        # A table has the same few keys in each row.
        each = {(_to_scan(text), text.key) for text in piece.texts}
        found = {one: _scanned(rules.compiled, piece.place, *one) for one in each}
        scanned = {index: found[_to_scan(text), text.key] for index, text in enumerate(piece.texts)}
    named = _named(session, piece) if by_name else {}
    hits: Hits = tuple(
        (at, _both(scanned.get(at, ()), named.get(at, ())), named.get(at, ())) for at in range(len(values))
    )
    hits = tuple(hit for hit in hits if hit[1])
    if sum(len(matches) for _, matches, _ in hits) <= MOST_REMEMBERED:
        session.memory.remember_judged(key, hits)
    return hits


def _to_scan(text: Text) -> str:
    """Short numbers mean something under their name alone."""
    return text.value if text.ordinal > FIRST_NUMBER or len(text.value) >= SHORTEST_NUMBER else ""


def _scanned(compiled: Compiled, place: Place, value: str, key: bool) -> tuple[Match, ...]:
    if not value:
        return ()
    data = value.encode()
    found = compiled.scan(data)
    if place is not Place.TOOL_RESULT or key:
        return found
    return tuple(sorted({widened(match, data) for match in found}))


def _named(session: Session, piece: Piece) -> dict[int, tuple[Standing, ...]]:
    """Values of named fields, by text. Keys are no texts of a tool; what stands in the head of a request is a value."""
    places = [index for index, text in enumerate(piece.texts) if not text.key or FIRST_NUMBER < text.ordinal < 0]
    if piece.names:
        fields = session.court.rules.fields
        return {index: fields.under(piece.texts[index].value, piece.names[index]) for index in places}
    found = session.court.rules.fields.standing([piece.texts[index].value for index in places])
    return dict(zip(places, found, strict=True))


def _both(matches: tuple[Match, ...], named: tuple[Standing, ...]) -> tuple[Match, ...]:
    return tuple(sorted((*matches, *(one.match for one in named)))) if named else matches
