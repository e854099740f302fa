"""The words of SQL as they stand in a text, and the manners in which dialects cut a text into words."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class Kind(IntEnum):
    WORD = 1
    NAME = 2  # quoted, so never a keyword
    TEXT = 3
    NUMBER = 4
    PLACE = 5  # a parameter or a variable
    MARK = 6
    END = 7  # a semicolon or what stands for it
    META = 8  # a line for the client: \! or .shell
    LIST = 9  # many constants with commas between them (lists.py); its word is how the list begins


class Token(NamedTuple):
    """`word`: upper case for a word, the mark itself, what is meant by a quoted name or text. A tuple, because it is
    made in a third of a dataclass's time, and making them is most of what a long text costs."""

    kind: Kind
    word: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        return self.kind is Kind.WORD and self.word in words

    def is_mark(self, mark: str) -> bool:
        return self.kind is Kind.MARK and self.word == mark


Tokens = tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Manner:
    """What a dialect does with the characters on which dialects differ."""

    backslash: bool = False  # escapes inside '…'
    double_texts: bool = False  # "…" is a text
    hash_comments: bool = False
    slash_comments: bool = False
    dash_needs_space: bool = False
    executable_comments: bool = False  # /*! … */
    nested_comments: bool = False
    brackets: bool = False  # [a name]
    dollars: bool = False  # $tag$ … $tag$
    triple: bool = False  # ''' … '''


MANNERS: dict[str, Manner] = {
    "postgres": Manner(nested_comments=True, dollars=True),
    "mysql": Manner(
        backslash=True, double_texts=True, hash_comments=True, dash_needs_space=True, executable_comments=True
    ),
    "tsql": Manner(nested_comments=True, brackets=True),
    "sqlite": Manner(brackets=True),
    "bigquery": Manner(backslash=True, double_texts=True, hash_comments=True, triple=True),
    "snowflake": Manner(backslash=True, slash_comments=True, dollars=True),
    "clickhouse": Manner(backslash=True, hash_comments=True, dollars=True),
}


def words(tokens: Tokens, most: int = 6) -> tuple[str, ...]:
    """The words a statement begins with, up to the first thing that is not a word."""
    found: list[str] = []
    for token in tokens[:most]:
        if token.kind is not Kind.WORD:
            break
        found.append(token.word)
    return tuple(found)


def find(tokens: Tokens, *wanted: str, start: int = 0, top: bool = True) -> int:
    """Where one of the words stands, outside brackets if `top`; -1 if nowhere."""
    depth = 0
    for index, token in enumerate(tokens):
        if token.kind is Kind.MARK:
            depth += (token.word == "(") - (token.word == ")")
        elif index >= start and token.is_word(*wanted) and not (top and depth > 0):
            return index
    return -1


def group(tokens: Tokens, opening: int) -> int:
    """The index of the bracket that closes the one at `opening`; the end if none does."""
    depth = 0
    for index in range(opening, len(tokens)):
        if tokens[index].kind is Kind.MARK:
            depth += (tokens[index].word == "(") - (tokens[index].word == ")")
            if depth == 0:
                return index
    return len(tokens)


def closings(tokens: Tokens) -> dict[int, int]:
    """Of every opening bracket the index of the one that closes it; the end if none does."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.is_mark("("):
            opened.append(index)
        elif token.is_mark(")") and opened:
            found[opened.pop()] = index
    return found | dict.fromkeys(opened, len(tokens))


def vocabulary(text: str) -> frozenset[str]:
    """The words of a text, as a set: how the long tables of words are written."""
    return frozenset(text.split())


SKIPPED = frozenset({"IF", "EXISTS", "NOT", "ONLY", "CONCURRENTLY", "LOCAL", "TABLE", "INTO", "FROM", "LOW_PRIORITY"})


def after_name(tokens: Tokens, index: int) -> int:
    """Where the dotted name ends that begins at `index`."""
    while index < len(tokens) and tokens[index].kind in {Kind.WORD, Kind.NAME, Kind.PLACE, Kind.TEXT}:
        index += 1
        if index >= len(tokens) or not tokens[index].is_mark("."):
            break
        index += 1
    return index


def clauses(tokens: Tokens) -> Iterator[Tokens]:
    """Cut at the commas outside brackets."""
    begun, depth = 0, 0
    for index, token in enumerate(tokens):
        if token.kind is Kind.MARK:
            depth += (token.word in "([") - (token.word in ")]")
            if depth == 0 and token.word == ",":
                yield tokens[begun:index]
                begun = index + 1
    yield tokens[begun:]


def name_at(tokens: Tokens, index: int) -> str:
    """The dotted name that stands at `index` or after the small words there; empty if there is none."""
    while index < len(tokens) and tokens[index].is_word(*SKIPPED):
        index += 1
    parts: list[str] = []
    while index < len(tokens) and tokens[index].kind in {Kind.WORD, Kind.NAME, Kind.PLACE}:
        token = tokens[index]
        parts.append(token.word.lower() if token.kind is Kind.WORD else token.word)
        index += 1
        dots = 0
        while index < len(tokens) and tokens[index].is_mark("."):
            index, dots = index + 1, dots + 1
        if not dots:
            break
    return ".".join(parts)
