"""Statements whose first words say all about them, but for queries inside."""

from sidecar.core.understand.sql.effects import Found
from sidecar.core.understand.sql.statements import row
from sidecar.core.understand.sql.token import Tokens, group, words


def plain(tokens: Tokens, found: Found) -> None:
    """A statement that its row says all about."""
    leading = words(tokens)
    known = row(leading)
    if known is None:
        found.unread.append(f"{leading[0] if leading else tokens[0].word!r} begins no statement we know")
        return
    for effect in known[0]:
        found.add(effect, f"{leading[0]}: {known[1]}")
    _subqueries(tokens, found)


def _subqueries(tokens: Tokens, found: Found) -> None:
    """`SET x = (SELECT …)`, `PRINT (SELECT …)`, `IF EXISTS (DELETE …)`."""
    for index, token in enumerate(tokens[:-1]):
        if token.is_mark("(") and tokens[index + 1].is_word("SELECT", "WITH", "DELETE", "UPDATE", "INSERT"):
            found.tails.append(tokens[index + 1 : group(tokens, index)])
            return
