"""What a statement that nobody could parse seems to do, by its words alone.

Rule: this only adds to `unknown`, so that the one who decides sees the worst of it; a word found here is no proof.
"""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.effects import Found, table
from sidecar.core.understand.sql.functions import FUNCTIONS, secret_table
from sidecar.core.understand.sql.token import Kind, Token, Tokens, find, name_at, vocabulary

_THINGS = vocabulary(
    "TABLE DATABASE SCHEMA COLUMN VIEW INDEX USER ROLE FUNCTION PROCEDURE TRIGGER PARTITION SEQUENCE "
    "EXTENSION TABLESPACE"
)
_WORDS: dict[str, tuple[Effect, str]] = {
    "TRUNCATE": (Effect.DESTROYS_DATA, "TRUNCATE"),
    "GRANT": (Effect.CHANGES_ACCESS, "GRANT"),
    "REVOKE": (Effect.CHANGES_ACCESS, "REVOKE"),
    "PROGRAM": (Effect.RUNS_CODE, "PROGRAM"),
    "OUTFILE": (Effect.LEAVES_MACHINE, "INTO OUTFILE"),
    "DUMPFILE": (Effect.LEAVES_MACHINE, "INTO DUMPFILE"),
    "INFILE": (Effect.READS_SECRET, "a file of the machine is read"),
    "XP_CMDSHELL": (Effect.RUNS_CODE, "xp_cmdshell"),
    "SHUTDOWN": (Effect.CHANGES_ACCESS, "SHUTDOWN"),
    "SUPERUSER": (Effect.ESCALATES, "SUPERUSER"),
}
_STARTS: dict[str, Effect] = {
    "SELECT": Effect.READS,
    "WITH": Effect.READS,
    "INSERT": Effect.WRITES,
    "REPLACE": Effect.WRITES,
    "MERGE": Effect.WRITES,
    "UPDATE": Effect.WRITES,
    "DELETE": Effect.DELETES,
}


MOST = 400  # tokens: the rest of a longer statement says nothing more
_FAR = 60  # tokens after DELETE in which its WHERE may stand


def rough(tokens: Tokens, found: Found) -> None:
    tokens = tokens[:MOST]
    first = next((token for token in tokens if token.kind is Kind.WORD), None)
    if first and first.word in _STARTS:
        found.add(_STARTS[first.word], f"begins with {first.word}")
    for index, token in enumerate(tokens):
        if token.kind in {Kind.WORD, Kind.NAME}:
            after = tokens[index + 1] if index + 1 < len(tokens) else None
            _word(token, after, tokens[index : index + _FAR], found)


def _word(token: Token, after: Token | None, rest: Tokens, found: Found) -> None:
    if (secret_table(name_at(rest, 0)) or secret_table(token.word)) and not (after and after.is_mark("(")):
        found.add(
            Effect.READS_SECRET, f"{token.word.lower()} holds what people sign in with", *table(token.word.lower())
        )
    if after and after.is_mark("(") and (known := FUNCTIONS.get(token.word.lower())):
        found.add(known[0], f"{token.word.lower()}() {known[1]}")
    if token.kind is not Kind.WORD:
        return
    if token.word in _WORDS and not (after and after.is_mark("(")):
        effect, why = _WORDS[token.word]
        found.add(effect, why)
    elif token.word in {"DROP", "REPLACE"} and after and after.is_word(*_THINGS):
        found.add(Effect.DESTROYS_DATA, f"{token.word} {after.word}", *table(name_at(rest, 2)))
    elif token.word == "DELETE" and after and (after.is_word("FROM") or after.kind in {Kind.WORD, Kind.NAME}):
        _rows(rest, "DELETE", name_at(rest, 1), found)
    elif token.word == "UPDATE" and find(rest, "SET") > 0:
        _rows(rest, "UPDATE", name_at(rest, 1), found)


def _rows(rest: Tokens, verb: str, name: str, found: Found) -> None:
    effect = Effect.DELETES if find(rest, "WHERE", "USING", "ON") > 0 else Effect.DESTROYS_DATA
    found.add(effect, f"{verb} {name}", *table(name))
