"""Statements in words that the parser knows: what it would stumble over is judged here and left out.

Rule: what is left out cannot change which rows are read or written.
"""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.effects import Found
from sidecar.core.understand.sql.token import Kind, Token, Tokens, find

_FILE_ENDS = frozenset({"FROM", "WHERE", "UNION", "ORDER", "LIMIT", "GROUP"})
_NOISE = ("LOW_PRIORITY", "QUICK", "DELAYED", "HIGH_PRIORITY")


def reworded(tokens: Tokens) -> Tokens:
    """MySQL's REPLACE INTO is an INSERT to the parser; ClickHouse's FORMAT at the end says how rows are shown."""
    if len(tokens) > 3 and tokens[-2].is_word("FORMAT") and tokens[-1].kind is Kind.WORD:
        tokens = tokens[:-2]
    first = tokens[0]
    if first.is_word("REPLACE"):
        return (Token(Kind.WORD, "INSERT", first.start, first.end), *tokens[1:])
    if first.is_word("DELETE") and len(tokens) > 5 and tokens[1].is_word("TOP"):
        return (first, *tokens[5:])
    if first.is_word("DELETE", "UPDATE", "INSERT"):
        return (first, *(token for token in tokens[1:3] if not token.is_word(*_NOISE)), *tokens[3:])
    return tokens


def without_file(tokens: Tokens, found: Found) -> Tokens:
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
