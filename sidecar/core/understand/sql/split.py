"""Tokens to statements.

Rules:
- A semicolon ends a statement wherever it stands: what that makes unreadable is unknown, which is the stricter answer.
- T-SQL needs no semicolons: a line that begins with a word only a statement begins with starts one.
- `DELIMITER` is the client's word for another semicolon; it is put back before anything else is read.
"""

import re
from collections.abc import Iterator

from sidecar.core.understand.sql.token import Kind, Token, Tokens, vocabulary

_DELIMITER = re.compile(r"(?im)^[ \t]*delimiter[ \t]+(\S{1,16})[ \t]*$")
_STARTS = vocabulary(
    "DECLARE EXEC EXECUTE PRINT DROP TRUNCATE GRANT REVOKE DENY DELETE USE ALTER CREATE INSERT UPDATE MERGE "
    "BACKUP RESTORE RECONFIGURE SHUTDOWN BULK KILL IF WHILE RETURN RAISERROR THROW BEGIN COMMIT ROLLBACK"
)
# After these the next word goes on with the statement, also on a new line.
_GOES_ON = vocabulary("THEN AS FOR ON OR AND ELSE BEGIN NOT BY WITH INSTEAD AFTER OF ADD ( , = TABLE COLUMN")
_NOT_QUERIES = vocabulary("DECLARE SET PRINT USE EXEC EXECUTE DROP TRUNCATE GRANT DELETE UPDATE ALTER")


def delimited(text: str) -> str:
    """The same text, character for character, with every other delimiter put as a semicolon."""
    if "elimiter" not in text and "ELIMITER" not in text:
        return text
    pieces, at, mark = [], 0, ";"
    for line in _DELIMITER.finditer(text):
        pieces += [_replaced(text[at : line.start()], mark), " " * len(line[0])]
        at, mark = line.end(), line[1]
    return "".join([*pieces, _replaced(text[at:], mark)])


def _replaced(text: str, mark: str) -> str:
    return text if mark == ";" else text.replace(mark, ";" + " " * (len(mark) - 1))


def statements(tokens: Tokens, text: str, lines: bool) -> Iterator[Tokens]:
    """`lines`: a new line may begin a statement."""
    found: list[Token] = []
    depth = 0
    for token in tokens:
        if token.kind in {Kind.END, Kind.META} or (lines and depth <= 0 and _begins(token, found, text)):
            if found:
                yield tuple(found)
            found, depth = [], 0
        if token.kind is Kind.META:
            yield (token,)
        elif token.kind is not Kind.END:
            found.append(token)
            depth += token.is_mark("(") - token.is_mark(")")
    if found:
        yield tuple(found)


def _begins(token: Token, before: list[Token], text: str) -> bool:
    if token.kind is not Kind.WORD or not before or before[-1].word in _GOES_ON:
        return False
    if "\n" not in text[before[-1].end : token.start]:
        return False
    if token.word in _STARTS:
        return not (before[0].is_word("MERGE", "CREATE", "ALTER") and token.word in {"INSERT", "UPDATE", "DELETE"})
    return token.word in {"SELECT", "SET", "WITH"} and before[0].is_word(*_NOT_QUERIES) and not _updating(before, token)


def _updating(before: list[Token], token: Token) -> bool:
    return token.word == "SET" and before[0].is_word("UPDATE") and not any(t.is_word("SET") for t in before)
