"""One statement to what it does: the reader that fits its first word, or the parser.

Rules:
- Nothing is harmless because it was not understood: what has no reader and no tree is `unread`, and its words say the
  worst that they can.
- T-SQL lets statements stand side by side without a mark: what seems to begin inside another is read as well.
"""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.block import block, is_block
from sidecar.core.understand.sql.client import client
from sidecar.core.understand.sql.dynamic import DYNAMIC
from sidecar.core.understand.sql.effects import Found, table
from sidecar.core.understand.sql.parse import Unparsed, parsed
from sidecar.core.understand.sql.rough import rough
from sidecar.core.understand.sql.special import SPECIAL, plain
from sidecar.core.understand.sql.statements import PARSED
from sidecar.core.understand.sql.token import Kind, Token, Tokens, find, name_at
from sidecar.core.understand.sql.walk import walked

_LOOSE = frozenset(
    ["PRINT", "USE", "SET", "BEGIN", "COMMIT", "ROLLBACK", "DECLARE", "EXEC", "EXECUTE", "DROP", "TRUNCATE", "KILL", "SAVE", "RETURN", "THROW", "WAITFOR"]
)
_NEXT = frozenset(
    ["DROP", "TRUNCATE", "DELETE", "UPDATE", "INSERT", "EXEC", "EXECUTE", "GRANT", "REVOKE", "MERGE", "ALTER", "CREATE", "BACKUP", "SHUTDOWN", "SELECT"]
)
_VALUES = frozenset({"NULL", "TRUE", "FALSE", "DEFAULT"})
_FILE_ENDS = frozenset({"FROM", "WHERE", "UNION", "ORDER", "LIMIT", "GROUP"})


def statement(tokens: Tokens, dialects: tuple[str, ...], budget: int, prepared: set[str]) -> Found:
    found = Found(prepared=prepared)
    first = tokens[0]
    if first.kind is Kind.META:
        return client(first.word)
    tokens = _to_file(tokens, found)
    first = tokens[0]
    if _rows_of_values(tokens):
        name = name_at(tokens, 1)
        found.add(Effect.WRITES, f"INSERT into {name}", *table(name))
    elif first.is_mark("(") or (first.is_word(*PARSED) and not _is_call(tokens)):
        _query(tokens, dialects, budget, found)
    elif is_block(tokens):
        block(tokens, found)
    elif first.kind is Kind.WORD and first.word in DYNAMIC:
        DYNAMIC[first.word](tokens, found)
    elif first.kind is Kind.WORD and first.word in SPECIAL:
        SPECIAL[first.word](tokens, found)
    else:
        plain(tokens, found)
        if found.unread:
            rough(tokens, found)
    _next_to_it(tokens, found)
    return found


def _query(tokens: Tokens, dialects: tuple[str, ...], budget: int, found: Found) -> None:
    if tokens[0].is_word("INSERT") and (at := find(tokens, "EXEC", "EXECUTE")) > 0:
        found.add(Effect.WRITES, "INSERT of what a procedure gives", *table(name_at(tokens, 1)))
        found.tails.append(tokens[at:])
        return
    try:
        if len(tokens) > budget:
            raise Unparsed("too much stands before it to be read")
        inner = walked(parsed(_plain_insert(tokens), dialects))
    except (Unparsed, RecursionError) as error:
        found.unread.append(str(error) if isinstance(error, Unparsed) else "it is too deep to be read")
        rough(tokens, found)
        return
    found.deeds += inner.deeds
    found.inner += inner.inner
    found.computed += inner.computed
    found.unread += inner.unread
    if inner.unread:
        rough(tokens, found)


def _plain_insert(tokens: Tokens) -> Tokens:
    """MySQL's REPLACE INTO is an INSERT to the parser; MERGE and DELETE keep their words."""
    first = tokens[0]
    if first.is_word("REPLACE"):
        return (Token(Kind.WORD, "INSERT", first.start, first.end), *tokens[1:])
    if first.is_word("DELETE") and len(tokens) > 5 and tokens[1].is_word("TOP"):
        return (first, *tokens[5:])
    if first.is_word("DELETE", "UPDATE", "INSERT"):
        noise = {"LOW_PRIORITY", "QUICK", "DELAYED", "HIGH_PRIORITY"}
        return (first, *(token for token in tokens[1:3] if not token.is_word(*noise)), *tokens[3:])
    return tokens


def _is_call(tokens: Tokens) -> bool:
    """`REPLACE(x, …)` alone is no statement; `TABLE` needs a name after it."""
    return len(tokens) < 2 or (tokens[0].is_word("REPLACE") and not tokens[1].is_word("INTO"))


def _rows_of_values(tokens: Tokens) -> bool:
    """`INSERT INTO t (a, b) VALUES (1, 'x'), …` with nothing in it that computes: half of all SQL by size."""
    if not (tokens[0].is_word("INSERT", "REPLACE") and len(tokens) > 4 and tokens[1].is_word("INTO")):
        return False
    at = find(tokens, "VALUES")
    if at < 0 or not all(t.kind in {Kind.WORD, Kind.NAME} or t.word in {".", "(", ",", ")"} for t in tokens[2:at]):
        return False
    if any(t.is_word("SELECT", "FUNCTION", "EXEC", "OVERWRITE", "WITH") for t in tokens[2:at]):
        return False
    return all(_value(token) for token in tokens[at + 1 :])


def _value(token: Token) -> bool:
    if token.kind is Kind.MARK:
        return token.word in {"(", ")", ",", "-"}
    return token.kind in {Kind.TEXT, Kind.NUMBER, Kind.PLACE} or token.is_word(*_VALUES)


def _to_file(tokens: Tokens, found: Found) -> Tokens:
    """MySQL's and ClickHouse's INTO OUTFILE, which the parser does not know."""
    for index, token in enumerate(tokens[:-1]):
        if token.is_word("INTO") and tokens[index + 1].is_word("OUTFILE", "DUMPFILE"):
            found.add(Effect.LEAVES_MACHINE, f"INTO {tokens[index + 1].word}: data leaves the database for a file")
            found.add(Effect.WRITES, "writes a file of the server")
            goes_on = find(tokens, *_FILE_ENDS, start=index + 3)
            # A file comes first or last: `SELECT a INTO OUTFILE 'x' FROM t`.
            had_from = find(tokens[:index], "FROM") >= 0
            return tokens[:index] if had_from or goes_on < 0 else (*tokens[:index], *tokens[goes_on:])
    return tokens


def _next_to_it(tokens: Tokens, found: Found) -> None:
    if not tokens[0].is_word(*_LOOSE):
        return
    at = find(tokens, *_NEXT, start=2)
    if at > 0 and not any(at >= len(tokens) - len(tail) for tail in found.tails if tail):
        found.tails.append(tokens[at:])
