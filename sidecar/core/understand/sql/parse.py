"""One statement to a syntax tree, by sqlglot.

Strategy: the tokens are written out again before they are parsed: without comments, texts with doubled quotes only,
names in the dialect's own quotes. So the parser cannot cut the text into other words than we did.

Rules: a statement that the parser would keep unread as a command is refused like one that it cannot parse. What is
too long or too deep is not tried, and the parser's steps are counted over all of a text: each costs some 15 us.

The parser's compiled form (`sqlglotc`) is no way to be faster: nothing can be derived from it, so that nobody could
count its steps, and it would log what it does not understand.
"""

from dataclasses import dataclass, field
from functools import cache

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError
from sqlglot.parser import Parser
from sqlglot.tokenizer_core import Token as SqlToken

from sidecar.core.understand.sql.token import Kind, Token, Tokens

MAX_TOKENS = 1500
MAX_DEPTH = 60  # brackets: each costs the parser about twelve of Python's thousand frames
MOST_TRIES = 4
PER_TOKEN = 8  # steps: ordinary statements take one or two
MOST_STEPS = 1600  # of a text and all that stands in it: about 25 ms
TRY = 8  # steps that a try costs however soon it fails
_QUOTES = {"mysql": "`", "bigquery": "`", "clickhouse": "`"}


# Of the parser on odd text, and of who reads its odd trees (`DELETE` without a table): no reason to let it pass.
BUGS = (
    RecursionError, ValueError, TypeError, AttributeError, LookupError, AssertionError, ArithmeticError, NameError,
)  # fmt: skip


class Unparsed(Exception):  # noqa: N818  (nobody's fault)
    """No dialect reads it."""


@dataclass(slots=True)
class Trees:
    """What was tried for a text, and the steps that are left: two manners of cutting it may come to the same words."""

    known: dict[tuple[str, str], exp.Expr | SqlglotError] = field(default_factory=dict)
    left: int = MOST_STEPS


def parsed(tokens: Tokens, dialects: tuple[str, ...], trees: Trees) -> exp.Expr:
    """The tree by the first dialect that reads it whole."""
    if len(tokens) > MAX_TOKENS or _depth(tokens) > MAX_DEPTH:
        raise Unparsed("it is too long or too deep to be read")
    if len(tokens) > trees.left:
        raise Unparsed("too much stands before it to be read")
    why = "it cannot be parsed"
    for dialect in dialects[:MOST_TRIES]:
        try:
            return _once(written(tokens, _QUOTES.get(dialect, '"')), dialect, trees)
        except SqlglotError as error:
            why = f"it cannot be parsed: {str(error).partition('. Line')[0][:80]}"
        except RecursionError as error:
            raise Unparsed("it is too deep to be read") from error
        except BUGS as error:
            why = f"it cannot be parsed: {type(error).__name__}"
    raise Unparsed(why)


def _once(text: str, dialect: str, trees: Trees) -> exp.Expr:
    before = trees.known.get((text, dialect))
    if before is None:
        try:
            before = trees.known[text, dialect] = _tree(text, dialect, trees)
        except SqlglotError as error:
            trees.known[text, dialect] = error
            raise
    if isinstance(before, SqlglotError):
        raise before
    return before


def _tree(text: str, dialect: str, trees: Trees) -> exp.Expr:
    spoken = _spoken(dialect)
    parser = _quiet(dialect)(dialect=spoken, error_level=ErrorLevel.IMMEDIATE)
    tokens = spoken.tokenize(text)
    parser.most = min(PER_TOKEN * (len(tokens) + 10), trees.left)
    try:
        found = [tree for tree in parser.parse(tokens, text) if tree is not None]
    finally:
        trees.left -= TRY + max(parser.steps, len(tokens) // 2)
    if len(found) != 1:
        raise SqlglotError("not one statement")
    return found[0]


class _Quiet(Parser):
    """A parser that refuses where it would log a warning and keep the text unread, and where it goes back and forth:
    some brackets (`array[array[…`) take it 2^n steps."""

    steps = 0
    most = 0

    def _warn_unsupported(self) -> None:
        raise SqlglotError("not understood")

    def raise_error(self, message: str, token: SqlToken | None = None) -> None:  # noqa: ARG002
        """Without a picture of the place: nobody looks at it, and a try that fails is half of the work."""
        raise ParseError(message)

    def _advance(self, times: int = 1) -> None:
        self.steps += 1
        if self.steps > self.most:
            raise Unparsed("it takes too long to be read")
        super()._advance(times)


@cache
def _spoken(dialect: str) -> Dialect:
    """Without two things that only log: places in arrays stay as they are written, odd paths into JSON too."""
    spoken = Dialect.get_or_raise(dialect)
    spoken.INDEX_OFFSET = 0
    spoken.STRICT_JSON_PATH_SYNTAX = False
    return spoken


@cache
def _quiet(dialect: str) -> type[_Quiet]:
    return type("Quiet", (_Quiet, Dialect.get_or_raise(dialect).parser_class), {})


def written(tokens: Tokens, quote: str) -> str:
    """The same tokens, a space wherever something stood between them."""
    pieces: list[str] = []
    end = -1
    for token in tokens:
        if token.start != end or (pieces and token.word == "-" and pieces[-1] == "-"):
            pieces.append(" ")
        pieces.append(_written(token, quote))
        end = token.end
    return "".join(pieces)


def _written(token: Token, quote: str) -> str:
    if token.kind is Kind.TEXT:
        return "'" + token.word.replace("\\", "/").replace("'", "''") + "'"
    if token.kind is Kind.NAME:
        return quote + token.word.replace("`", "_").replace('"', "_").replace("\\", "_") + quote
    if token.kind is Kind.PLACE and token.word[0] in "%$":
        return "?"
    return token.word.lower() if token.kind is Kind.WORD else token.word


def _depth(tokens: Tokens) -> int:
    depth = deepest = 0
    for token in tokens:
        if token.kind is Kind.MARK:
            depth += (token.word in "([") - (token.word in ")]")
            deepest = max(deepest, depth)
    return deepest
