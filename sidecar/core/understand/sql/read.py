"""`sql`: a text to effects.

Strategy: the text is cut into words in every manner in which the dialect that it may be in would cut it (guess.py),
into statements (split.py), and each statement is read (statement.py). Texts inside statements are read like texts of
their own. All readings together make the tree; a statement that several readings share is read once.

Rules:
- Without a dialect the effects of every reading count; that one could not be parsed counts only if none could.
- Where another reading was read whole and no word of this one, outside of texts, could change anything, it is parsed
  by the likeliest dialect alone: a word that destroys, or names a secret, forces all of them.
- A transaction that ends in ROLLBACK is judged like any other: what it does stays done where statements commit by
  themselves, and what it reads has been read.
- Nothing is too long to be answered: what is over a limit is unknown.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from sidecar.core.model.effect import Deed, Effect, Node, Thing, Understood
from sidecar.core.understand.sql.effects import Found, Inner
from sidecar.core.understand.sql.functions import secret_column
from sidecar.core.understand.sql.guess import likely, named, readings
from sidecar.core.understand.sql.lex import MOST_TOKENS, Lexed, TooMuch
from sidecar.core.understand.sql.parse import MOST_TRIES, Trees
from sidecar.core.understand.sql.split import delimited, statements
from sidecar.core.understand.sql.statement import statement
from sidecar.core.understand.sql.statements import CHANGING, FIRST
from sidecar.core.understand.sql.token import Kind, Tokens, name_at

MAX_TEXT = 250_000  # characters: a thousand rows of values. What is no list of constants ends at lex.MOST_TOKENS
MAX_DEPTH = 8  # texts inside texts
WORK = 10_000  # tokens of all statements, one inside another counted again: about 30 ms
STATEMENT = 20  # tokens that a statement costs however short it is
LABEL = 60
_MORE = "more SQL stands here than is read"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a text stands: its characters are those of the source, `shift` later, or all of it stands for `span`."""

    shift: int = 0
    span: tuple[int, int] | None = None
    depth: int = 0


@dataclass(slots=True)
class _Reading:
    dialect: str | None
    prepared: set[str] = field(default_factory=set)
    temporary: set[str] = field(default_factory=set)
    computed: list[str] = field(default_factory=list)
    work: int = WORK
    tokens: int = MOST_TOKENS
    trees: Trees = field(default_factory=Trees)


def sql(text: str, dialect: str | None = None) -> Understood:
    """What the text would do. `dialect`: a name of token.MANNERS or one like it; unknown names count as none."""
    if len(text) > MAX_TEXT:
        return _refused(f"SQL of {len(text)} characters is not read; {MAX_TEXT} are the most")
    reading = _Reading(named(dialect))
    try:
        nodes, unread = _text(text, reading, _Place())
    except RecursionError:
        return _refused("SQL too deep to be read")
    except TooMuch:
        return _refused("more SQL than is read")
    label = reading.dialect or "SQL"
    return Understood(Node(label, (), tuple(nodes)), tuple(dict.fromkeys([*reading.computed, *unread])))


def _refused(why: str) -> Understood:
    return Understood(Node("SQL", (Deed(Effect.UNKNOWN, why),)), (why,))


def _text(text: str, reading: _Reading, place: _Place) -> tuple[list[Node], list[str]]:
    if place.depth > MAX_DEPTH:
        return [], ["SQL inside SQL inside SQL: too deep to be read"]
    text = delimited(text)
    cuts, cost = readings(text, reading.dialect, reading.tokens)
    reading.tokens -= cost
    whole = [cut for cut in cuts if not cut.open_ended]
    seen: dict[Hashable, tuple[Node, list[str]]] = {}
    unreads = []
    for cut in cuts:
        unread: list[str] = []
        tries = 1 if [] in unreads and _calm(cut.tokens) else MOST_TRIES
        for index, tokens in enumerate(_statements(cut, text, reading, drop_last=bool(whole) and cut.open_ended)):
            key: Hashable = index if len(cuts) == 1 else tokens
            if reading.work < 0:
                unread.append(_MORE)
                break
            read = seen.get(key)
            if read is None:
                read = seen[key] = _statement(tokens, text, reading, place, tries)
            unread += read[1]
        if cut.hidden and any(not character.isprintable() for character in text if character not in "\n\r\t"):
            unread.append("characters that nobody sees stand in it")
        unreads.append(unread if not cut.open_ended or whole else [*unread, "a quote or a comment never ends"])
    return [node for node, _ in seen.values()], min(unreads[: len(whole) or None], key=len, default=[])


def _calm(tokens: Tokens) -> bool:
    """No word of it begins or is part of a statement that changes anything, and none names a secret."""
    return not any(
        (token.kind is Kind.WORD and token.word in CHANGING)
        or (token.kind in {Kind.WORD, Kind.NAME} and secret_column(token.word.lower()))
        for token in tokens
    )


def _statements(cut: Lexed, text: str, reading: _Reading, drop_last: bool) -> list[Tokens]:
    lines = "\n" in text and (reading.dialect or likely(cut.tokens, text)[0]) == "tsql"
    found = list(statements(cut.tokens, text, lines=lines))
    return found[:-1] if drop_last else found


def _statement(tokens: Tokens, text: str, reading: _Reading, place: _Place, tries: int) -> tuple[Node, list[str]]:
    """The statement's own deeds and those of what stands inside it."""
    reading.work -= len(tokens) + STATEMENT
    label = " ".join(text[tokens[0].start : min(tokens[-1].end, tokens[0].start + 2 * LABEL)].split())[:LABEL]
    if reading.work < 0 or place.depth > MAX_DEPTH:
        reading.computed += [_MORE]
        return Node(label), []
    order = likely(tokens, text)
    dialects = (reading.dialect, *(one for one in order if one != reading.dialect)) if reading.dialect else order
    found = statement(tokens, dialects[:tries], reading.prepared, reading.trees)
    reading.work -= len(tokens) if found.unread else 0  # its words were read once more
    reading.computed += found.computed
    unread = list(found.unread)
    children: list[Node] = []
    for tail in found.tails:
        if tail:
            node, more = _statement(tail, text, reading, replace(place, depth=place.depth + 1), tries)
            children.append(node)
            unread += more
    for inner in found.inner:
        nodes, more = _inner(inner, tokens, text, reading, place)
        children += nodes
        unread += more
    span = place.span or (tokens[0].start + place.shift, tokens[-1].end + place.shift)
    deeds = tuple(replace(_softened(deed, reading), start=span[0], end=span[1]) for deed in found.deeds)
    _remember(tokens, found, reading)
    return Node(label, deeds, tuple(children)), unread


def _inner(inner: Inner, tokens: Tokens, text: str, reading: _Reading, place: _Place) -> tuple[list[Node], list[str]]:
    """A text inside a statement. Where it stands there letter by letter, its characters are the source's."""
    if inner.maybe and not looks_like_sql(inner.text):
        return [], []
    span = place.span or (tokens[0].start + place.shift, tokens[-1].end + place.shift)
    start = text.find(inner.text, inner.at, inner.at + len(inner.text) + 66) if inner.at >= 0 else -1
    if start < 0 or place.span:
        return _text(inner.text, reading, _Place(0, span, place.depth + 1))
    return _text(inner.text, reading, _Place(place.shift + start, None, place.depth + 1))


def looks_like_sql(text: str) -> bool:
    first = text.lstrip(" \t\r\n(;").split(None, 1)
    return bool(first) and first[0].rstrip(";(").upper() in FIRST


def _softened(deed: Deed, reading: _Reading) -> Deed:
    """Temporary tables that this same text made hold nothing that anyone else had."""
    tables = [thing.name for thing in deed.objects if thing.kind is Thing.TABLE]
    made = tables and all(name in reading.temporary or name.startswith(("#", "pg_temp.")) for name in tables)
    if deed.effect is Effect.DESTROYS_DATA and made:
        return replace(deed, effect=Effect.DELETES, why=f"{deed.why} (a temporary table)")
    return deed


def _remember(tokens: Tokens, found: Found, reading: _Reading) -> None:
    """Which temporary tables there are. A second DROP of the same name takes the real one."""
    leading = [token.word for token in tokens[:4] if token.kind is Kind.WORD]
    if leading[:1] == ["CREATE"] and {"TEMP", "TEMPORARY"} & set(leading) and "TABLE" in leading:
        reading.temporary.add(name_at(tokens, leading.index("TABLE") + 1))
    elif leading[:1] == ["DROP"]:
        reading.temporary -= {thing.name for deed in found.deeds for thing in deed.objects}
