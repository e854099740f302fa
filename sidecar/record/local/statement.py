"""What a statement says about itself: its verb, its format, and where the data of an INSERT begins.

Strategy: one pass over the tokens outside brackets, quotes and comments. The engine parses the statement; here only the
questions are answered that decide how its bytes travel.

Rules:
- The data of an INSERT begins right after `VALUES`, or after `FORMAT name` and at most one line end, as in ClickHouse:
  the bytes from there on are never looked at.
- Only the last clause counts as an output format: `SELECT format FROM t` has none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sidecar.record.local.failure import Failure

TOKEN = re.compile(
    rb"""(?P<space>\s+|--[^\n]*|\#[\ !][^\n]*|/\*.*?\*/)
       |(?P<quoted>'(?:[^'\\]|\\.|'')*'|`(?:[^`\\]|\\.)*`|"(?:[^"\\]|\\.)*"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
       |(?P<word>[\w\x80-\xff]+)
       |(?P<mark>.)""",
    re.DOTALL | re.VERBOSE,
)
OPEN, CLOSED = b"([{", b")]}"
BEFORE_A_NAME = frozenset({b"INTO", b"TABLE", b"FUNCTION"})
NO_DATA_FOLLOWS = frozenset({b"SELECT", b"WITH", b"FROM", b"WATCH", b"EXPLAIN"})
# Statements that answer with rows, and therefore in a format; all others answer with nothing.
ANSWERS = frozenset({
    "SELECT", "WITH", "FROM", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS", "CHECK", "KILL", "VALUES",
})  # fmt: skip
# What a GET may do: a link or an image on a web page must not be able to change anything.
READS = (ANSWERS - {"KILL"}) | {"USE", "SET"}
SYNTAX_ERROR = 62


@dataclass(frozen=True, slots=True)
class Insert:
    """An INSERT whose rows come as bytes. Without a format of its own the request's counts, or `Values`.

    `settings`: the clause of that name, which ends the head."""

    head: bytes
    format: str | None
    data_at: int
    settings: bytes = b""


@dataclass(frozen=True, slots=True)
class Plain:
    """Any other statement."""

    verb: str
    format: str | None = None
    totals: bool = False

    @property
    def answers(self) -> bool:
        return self.verb in ANSWERS

    @property
    def reads(self) -> bool:
        return self.verb in READS


@dataclass(frozen=True, slots=True)
class _Token:
    text: bytes
    start: int
    end: int
    word: bool
    depth: int


def inserts(text: bytes) -> bool:
    """Does it begin as an INSERT? Then its head can be read alone; any other statement has to be whole."""
    return next((token.text for token in _tokens(text) if token.word), b"") == b"INSERT"


def read(text: bytes) -> Insert | Plain:
    """The statement, from its text or, for an INSERT, from a beginning that holds its head."""
    tokens = _tokens(text)
    first = next((token for token in tokens if token.word or token.text == b";"), None)
    if first is None or not first.word:
        raise Failure(SYNTAX_ERROR, "SYNTAX_ERROR", "Syntax error: Empty query")
    outside = (token for token in tokens if token.depth == 0)
    if first.text == b"INSERT":
        return _insert(text, outside)
    return _plain(text, first.text.decode("utf-8", "replace"), list(outside))


def _insert(text: bytes, tokens: Iterator[_Token]) -> Insert | Plain:
    a_name_follows, settings = True, None
    for token in tokens:
        if a_name_follows or not token.word:
            # `values` and `format` are fine names for tables: what stands where a name belongs is no keyword.
            a_name_follows = token.text == b"." or (a_name_follows and token.text in BEFORE_A_NAME)
        elif token.text == b"VALUES":
            return _cut(text, settings, token.start, "Values", token.end)
        elif token.text == b"FORMAT" and (name := next(tokens, None)) is not None:
            written = text[name.start : name.end].decode("utf-8", "replace")
            return _cut(text, settings, token.start, written, _data_begins(text, name.end))
        elif token.text in NO_DATA_FOLLOWS:
            return Plain("INSERT")
        elif token.text == b"SETTINGS":
            settings = token.start
    whole = text.rstrip().rstrip(b";")
    return _cut(whole, settings, len(whole), None, len(text))


def _cut(text: bytes, settings: int | None, end: int, form: str | None, data_at: int) -> Insert:
    at = end if settings is None else settings
    return Insert(text[:at], form, data_at, text[at:end])


def _data_begins(text: bytes, at: int) -> int:
    gap = re.compile(rb"[ \t\f]*\r?\n?").match(text, at)
    return gap.end() if gap else at


def _plain(text: bytes, verb: str, tokens: list[_Token]) -> Plain:
    ends = [place for place, token in enumerate(tokens) if token.text == b";"]
    if ends and ends[0] != len(tokens) - len(ends):
        raise Failure(SYNTAX_ERROR, "SYNTAX_ERROR", "Syntax error (Multi-statements are not allowed)")
    clauses = tokens[: ends[0]] if ends else tokens
    return Plain(verb, _format(text, clauses), any(token.text == b"TOTALS" for token in clauses))


def _format(text: bytes, tokens: list[_Token]) -> str | None:
    for place in range(len(tokens) - 2, -1, -1):
        name, after = tokens[place + 1], tokens[place + 2 : place + 3]
        if tokens[place].text == b"FORMAT" and name.word and (not after or after[0].text == b"SETTINGS"):
            return text[name.start : name.end].decode("utf-8", "replace")
    return None


def _tokens(text: bytes) -> Iterator[_Token]:
    """What is not space or comment; words in capitals."""
    depth = 0
    for found in TOKEN.finditer(text):
        kind, piece = found.lastgroup, found.group()
        if kind == "space":
            continue
        if kind == "mark" and piece in CLOSED:
            depth -= 1
        word = kind == "word"
        yield _Token(piece.upper() if word else piece, found.start(), found.end(), word, depth)
        if kind == "mark" and piece in OPEN:
            depth += 1
