"""One statement to what it does: the reader that fits its first word, or the parser.

Rules:
- Nothing is harmless because it was not understood: what has no reader and no tree is `unread`, and its words say the
  worst that they can.
- T-SQL lets statements stand side by side without a mark: what seems to begin inside another is read as well.
"""

from itertools import pairwise

from sidecar.core.model.effect import Effect, Object, Thing
from sidecar.core.understand.sql.access import gives_power
from sidecar.core.understand.sql.block import block, is_block
from sidecar.core.understand.sql.client import client
from sidecar.core.understand.sql.dynamic import DYNAMIC
from sidecar.core.understand.sql.effects import Found, table
from sidecar.core.understand.sql.functions import function, power_table, secret_table
from sidecar.core.understand.sql.parse import BUGS, MAX_TOKENS, Trees, Unparsed, parsed
from sidecar.core.understand.sql.plain import plain
from sidecar.core.understand.sql.reword import reworded, without_file
from sidecar.core.understand.sql.rough import rough
from sidecar.core.understand.sql.special import SPECIAL
from sidecar.core.understand.sql.statements import PARSED
from sidecar.core.understand.sql.token import Kind, Token, Tokens, find, name_at, vocabulary
from sidecar.core.understand.sql.walk import walked

_LOOSE = vocabulary(
    "PRINT USE SET BEGIN COMMIT ROLLBACK DECLARE EXEC EXECUTE DROP TRUNCATE KILL SAVE RETURN THROW WAITFOR"
)
_NEXT = vocabulary(
    "DROP TRUNCATE DELETE UPDATE INSERT EXEC EXECUTE GRANT REVOKE MERGE ALTER CREATE BACKUP SHUTDOWN SELECT"
)
# `INTO url (a, b)`: a table and its columns.
_NAMES_FOLLOW = vocabulary("INTO TABLE WITH RECURSIVE AS UPDATE FUNCTION PROCEDURE ON INDEX EXISTS REFERENCES KEY")
MOST_NAMES = 60  # tokens: a statement that is not parsed names its things at its beginning
_VALUES = frozenset({"NULL", "TRUE", "FALSE", "DEFAULT"})
WALK = 12  # steps of the parser that a walk over its tree costs at least


def statement(tokens: Tokens, dialects: tuple[str, ...], prepared: set[str], trees: Trees) -> Found:
    found = Found(prepared=prepared)
    first = tokens[0]
    if first.kind is Kind.META:
        return client(first.word)
    tokens = without_file(tokens, found)
    first = tokens[0]
    if _rows_of_values(tokens):
        name = name_at(tokens, 1)
        found.add(Effect.WRITES, f"INSERT into {name}", *table(name))
        if power_table(name):
            found.add(Effect.CHANGES_ACCESS, f"{name} says who may sign in", *table(name))
    elif len(tokens) > MAX_TOKENS:
        found.unread.append("a statement longer than is read")
        rough(tokens, found)
        return found
    elif first.is_mark("(") or (first.is_word(*PARSED) and not _is_call(tokens)):
        _query(tokens, dialects, found, trees)
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
    _calls(tokens, found)
    _links(tokens, found)
    _secrets(tokens, found)
    _next_to_it(tokens, found)
    return found


def _query(tokens: Tokens, dialects: tuple[str, ...], found: Found, trees: Trees) -> None:
    if tokens[0].is_word("INSERT") and (at := find(tokens, "EXEC", "EXECUTE")) > 0:
        found.add(Effect.WRITES, "INSERT of what a procedure gives", *table(name_at(tokens, 1)))
        found.tails.append(tokens[at:])
        return
    try:
        trees.left -= WALK
        inner = walked(parsed(reworded(tokens), dialects, trees))
    except (Unparsed, *BUGS) as error:
        found.unread.append(str(error) if isinstance(error, Unparsed) else f"it cannot be read: {type(error).__name__}")
        rough(tokens, found)
        return
    if tokens[0].is_word("REPLACE") and find(tokens, "SELECT") > 0 > find(tokens, "WHERE", top=False):
        found.add(Effect.DESTROYS_DATA, "REPLACE writes over every row that it finds")
    found.deeds += inner.deeds
    found.inner += inner.inner
    found.computed += inner.computed
    found.unread += inner.unread
    if inner.unread:
        rough(tokens, found)


def _calls(tokens: Tokens, found: Found) -> None:
    """Calls of functions that do more, found by their names: the parser gives some of them other shapes."""
    called = {thing for deed in found.deeds for thing in deed.objects if thing.kind is Thing.COMMAND}
    seen = {thing.name.lower().rpartition(".")[2] for thing in called}
    for index, token in enumerate(tokens[1:-1], 1):
        if token.kind not in {Kind.WORD, Kind.NAME} or not tokens[index + 1].is_mark("("):
            continue
        first = tokens[min(index + 2, len(tokens) - 1)]
        known = function(token.word, first.word if first.kind is Kind.TEXT else None)
        before = tokens[index - 1]
        named = before.is_word(*_NAMES_FOLLOW) or before.word in {",", ")"}
        named &= first.kind is not Kind.TEXT
        if known and not named and token.word.lower() not in seen:
            found.add(known[0], f"{token.word.lower()}() {known[1]}", Object(Thing.COMMAND, token.word.lower()))


def _links(tokens: Tokens, found: Found) -> None:
    """Oracle's `users@link`: a table of another server."""
    if not tokens[0].is_word(*PARSED):
        return
    for before, token in pairwise(tokens):
        named = before.kind in {Kind.WORD, Kind.NAME} and before.end == token.start
        if named and token.kind is Kind.PLACE and token.word[0] == "@" and len(token.word) > 1:
            found.add(Effect.LEAVES_MACHINE, f"{before.word.lower()}{token.word} stands on another server")


def _secrets(tokens: Tokens, found: Found) -> None:
    """Tables of passwords in a statement that no parser read."""
    if tokens[0].is_word(*PARSED) or tokens[0].is_mark("("):
        return
    for index, token in enumerate(tokens[:MOST_NAMES]):
        before = tokens[index - 1] if index else token
        if token.kind in {Kind.WORD, Kind.NAME} and not before.is_mark(".") and secret_table(name_at(tokens, index)):
            found.add(Effect.READS_SECRET, f"{token.word.lower()} holds what people sign in with")


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
    if any(t.is_word("SELECT", "FUNCTION", "EXEC", "OVERWRITE", "WITH") or gives_power(t.word) for t in tokens[2:at]):
        return False
    return all(_value(token) for token in tokens[at + 1 :])


def _value(token: Token) -> bool:
    if token.kind is Kind.MARK:
        return token.word in {"(", ")", ",", "-"}
    return token.kind in {Kind.TEXT, Kind.NUMBER, Kind.PLACE, Kind.LIST} or token.is_word(*_VALUES)


def _next_to_it(tokens: Tokens, found: Found) -> None:
    if not tokens[0].is_word(*_LOOSE) or (tokens[0].is_word("BEGIN") and is_block(tokens)):
        return  # a block's pieces are read one by one, each with what stands next to it
    at = find(tokens, *_NEXT, start=2)
    if at > 0 and not any(at >= len(tokens) - len(tail) for tail in found.tails if tail):
        found.tails.append(tokens[at:])
