"""Pieces of blocks: BEGIN, IF … THEN, loops, assignments.

A block is cut at its semicolons before anything knows that it is one, so each piece is read for the statements inside.

Strategy: what stands before the first word that a statement begins with is a condition or a header; it is read for its
subqueries. The rest are statements, cut where THEN, ELSE, LOOP, DO or BEGIN stand.
"""

from collections.abc import Iterator

from sidecar.core.understand.sql.effects import Found
from sidecar.core.understand.sql.statements import FIRST
from sidecar.core.understand.sql.token import Kind, Token, Tokens, closings, find, vocabulary

_OPENERS = vocabulary("BEGIN IF ELSIF ELSEIF ELSE LOOP WHILE FOR FOREACH WHEN EXCEPTION REPEAT CASE CATCH ATOMIC")
_CUTS = vocabulary("THEN ELSE LOOP DO BEGIN TRY CATCH EXCEPTION ATOMIC REPEAT")
_ENDS = frozenset({"END", "NULL"})
_STATEMENT = vocabulary(
    "SELECT INSERT UPDATE DELETE DROP TRUNCATE EXEC EXECUTE CALL MERGE GRANT REVOKE ALTER CREATE COPY PERFORM "
    "RAISE RETURN SET PRINT RAISERROR THROW WITH DECLARE NOTIFY LOCK ANALYZE VACUUM COMMENT REFRESH OPEN "
    "FETCH CLOSE SIGNAL COMMIT ROLLBACK SAVEPOINT LEAVE ITERATE EXIT CONTINUE END DENY BACKUP RESTORE "
    "KILL SHUTDOWN"
)
_TRANSACTION = vocabulary("TRANSACTION TRAN WORK ISOLATION READ DEFERRED IMMEDIATE EXCLUSIVE CONCURRENT DISTRIBUTED")


def is_block(tokens: Tokens) -> bool:
    first = tokens[0]
    if first.is_mark("<<"):
        return True
    if first.is_word("BEGIN"):
        return len(tokens) > 1 and not tokens[1].is_word(*_TRANSACTION)
    if first.is_word("PERFORM", "DECLARE", "RETURN", *_OPENERS):
        return True
    return first.is_word("END") or _assigns(tokens)


def _assigns(tokens: Tokens) -> bool:
    """`x := …`, `NEW.changed = …`, `SET` has its own reader."""
    if tokens[0].kind not in {Kind.WORD, Kind.NAME, Kind.PLACE}:
        return False
    at = 1
    while at + 1 < len(tokens) and tokens[at].is_mark("."):
        at += 2
    if at >= len(tokens):
        return False
    return tokens[at].is_mark(":=") or (tokens[at].is_mark("=") and not tokens[0].is_word(*FIRST))


def block(tokens: Tokens, found: Found) -> None:
    first = tokens[0]
    if first.is_word("PERFORM"):
        found.tails.append((_as_select(first), *tokens[1:]))
    elif first.is_word("RETURN"):
        _return(tokens, found)
    elif first.is_word("DECLARE"):
        _declare(tokens, found)
    elif _assigns(tokens):
        _subqueries(tokens, found)
    else:
        for piece in _pieces(tokens):
            _piece(piece, found)


def _return(tokens: Tokens, found: Found) -> None:
    at = 2 if len(tokens) > 1 and tokens[1].is_word("QUERY") else 1
    if len(tokens) > at and tokens[at].is_word("SELECT", "WITH", "EXECUTE", "INSERT", "UPDATE", "DELETE", "VALUES"):
        found.tails.append(tokens[at:])
    elif len(tokens) > 1:
        _subqueries(tokens, found)


def _declare(tokens: Tokens, found: Found) -> None:
    """A cursor's query; otherwise values, with a block perhaps after them."""
    at = find(tokens, "FOR", "IS")
    if at > 0 and at + 1 < len(tokens) and tokens[at + 1].is_word("SELECT", "WITH"):
        found.tails.append(tokens[at + 1 :])
    else:
        _subqueries(tokens, found)


def _as_select(token: Token) -> Token:
    return Token(Kind.WORD, "SELECT", token.start, token.end)


def _pieces(tokens: Tokens) -> Iterator[Tokens]:
    """Cut at the words that stand between the parts of a block, outside brackets and CASE."""
    begun, depth, cases = 0, 0, 0
    for index, token in enumerate(tokens):
        if token.kind is Kind.MARK:
            depth += (token.word == "(") - (token.word == ")")
        elif token.is_word("CASE") and index:
            cases += 1
        elif token.is_word("END") and cases:
            cases -= 1
        elif depth == 0 and not cases and token.is_word("END", *_CUTS):
            if index > begun:
                yield tokens[begun:index]
            begun = index + 1
    if begun < len(tokens):
        yield tokens[begun:]


def _piece(tokens: Tokens, found: Found) -> None:
    if tokens[0].is_word(*_ENDS):
        return
    if not tokens[0].is_word(*_OPENERS, "IN"):
        found.tails.append(tokens)
        return
    at = _statement_at(tokens)
    _subqueries(tokens[:at], found)
    if at < len(tokens):
        found.tails.append(tokens[at:])


def _statement_at(tokens: Tokens) -> int:
    """Where a statement begins after `IF condition` (T-SQL has no THEN) or `FOR row IN`."""
    depth = 0
    for index, token in enumerate(tokens):
        if token.kind is Kind.MARK:
            depth += (token.word == "(") - (token.word == ")")
        elif depth == 0 and index and token.is_word(*_STATEMENT) and not tokens[index - 1].is_mark("."):
            return index
    return len(tokens)


def _subqueries(tokens: Tokens, found: Found) -> None:
    """Every value is computed by a SELECT of it, if it holds a call or a query."""
    at, closed = 0, closings(tokens)
    while at < len(tokens):
        if tokens[at].is_mark("("):
            end = closed[at]
            inside = tokens[at + 1 : end]
            if inside and inside[0].is_word("SELECT", "WITH", "DELETE", "UPDATE", "INSERT"):
                found.tails.append(inside)
            elif at and tokens[at - 1].kind is Kind.WORD and not tokens[0].is_word("DECLARE"):
                start = at - 1
                while start > 1 and tokens[start - 1].is_mark("."):
                    start -= 2
                if not tokens[at - 1].is_word("IF", "WHILE", "AND", "OR", "NOT", "IN", "EXISTS"):
                    found.tails.append((_as_select(tokens[start]), *tokens[start : end + 1]))
            at = end if inside and inside[0].is_word("SELECT", "WITH") else at + 1
        else:
            at += 1
